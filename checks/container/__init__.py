"""What can be wrong with a container of a scoring service."""
