"""What was seen: logs, files, packages, variables, events."""
