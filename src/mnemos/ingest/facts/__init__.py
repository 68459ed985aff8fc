"""Facts that know their time, read from conversation turns by rules of English grammar."""
