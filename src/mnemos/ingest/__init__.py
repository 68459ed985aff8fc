"""From what a caller hands in to turns ready to store."""
