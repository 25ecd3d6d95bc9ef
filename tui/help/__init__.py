"""Keys, help and the command palette."""
