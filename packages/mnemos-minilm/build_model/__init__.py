"""Make the model's files from its published weights: fetch, graph, quantise, check."""
