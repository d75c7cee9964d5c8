"""What every test run needs before the first test."""

from __future__ import annotations

from hypothesis import settings

# A deadline for each example would test the machine's load, not the code: speed is measured in tests/speed.
settings.register_profile("project", deadline=None)
settings.load_profile("project")
