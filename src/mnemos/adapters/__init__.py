"""Frameworks that keep their memory in mnemos: one file each, each behind an extra of its name."""
