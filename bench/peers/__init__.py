"""Other products, one adapter a file; each runs in an environment of its own."""
