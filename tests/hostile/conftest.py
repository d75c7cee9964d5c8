"""The caller of commands that the tests of the command line use."""

from tests.cli.conftest import call

__all__ = ["call"]
