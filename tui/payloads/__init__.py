"""A request on the bench: edit, validate, send, compare."""
