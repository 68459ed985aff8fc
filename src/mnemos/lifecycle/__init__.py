"""What becomes of memories: erasure (and, later, consolidation and decay)."""
