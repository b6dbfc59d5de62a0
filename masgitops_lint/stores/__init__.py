"""What exists in a secret store: names and field names, never values."""
