"""mnemos: a memory operating system for LLM agents."""
