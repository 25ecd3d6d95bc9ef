"""Checks that hold the environment file against what the script needs."""
