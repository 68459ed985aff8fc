"""Benchmarks: one a file, run as ``python -m bench NAME``; summaries go to ``bench/results``."""
