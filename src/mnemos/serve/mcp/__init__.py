"""The Model Context Protocol server: a memory that any client of the protocol can use."""
