"""What recipes ask of models, a Markdown file a task."""
