"""The tests, and the benchmarks under ``tests.speed``."""
