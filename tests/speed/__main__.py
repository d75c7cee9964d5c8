"""Benchmarks: ``python -m tests.speed [NAME [ARGUMENT …]]`` prints how fast one part is, beside its peers where it
has any.

Without a name it measures extraction. ``archive --help`` tells what the archive's benchmark can measure.
"""

import importlib
import sys

if __name__ == "__main__":
    name, *arguments = sys.argv[1:] or ["extraction"]
    sys.argv = [f"python -m tests.speed {name}", *arguments]
    importlib.import_module(f"tests.speed.{name}").main()
