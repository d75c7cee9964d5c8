"""The folder of test data that may stand beside the checkout. Tests that use it skip where it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared corpora and suites are not beside this checkout (expected ../shared)"
)
