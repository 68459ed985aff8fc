"""Every system on the same questions, within the same limits, at equal tokens."""
