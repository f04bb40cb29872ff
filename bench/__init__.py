"""Benchmarks: ratios within one run, on the same machine and input."""
