"""Signals, candidates and fusion: which documents answer a question."""
