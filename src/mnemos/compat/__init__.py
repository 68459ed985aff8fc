"""Other products' interfaces over a mnemos memory: a program changes one import."""
