"""Benchmarks: ``python -m tests.speed`` prints how fast extraction is beside its peers."""

from tests.speed import extraction

if __name__ == "__main__":
    extraction.main()
