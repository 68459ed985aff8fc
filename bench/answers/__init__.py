"""Do the lines a system found make a model answer right? For those who have a model."""
