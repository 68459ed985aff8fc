"""What server and client agree on: operations, how values are spelt in JSON, problems."""
