"""What becomes of memories: how use keeps them, how they fade or are hidden, how erased."""
