"""Checks of what the probe observed when the entry script ran."""
