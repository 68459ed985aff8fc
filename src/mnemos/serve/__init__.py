"""Ways in from outside: the command line, and REST with tenants and keys."""
