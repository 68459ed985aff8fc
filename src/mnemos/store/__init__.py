"""Where memory is kept: one protocol, several stores."""
