"""From turns to vectors: cut into blocks, encoded by a model, pooled, and kept, from a queue."""
