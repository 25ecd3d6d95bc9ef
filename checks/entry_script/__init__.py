"""Checks that read the entry script without running it."""
