"""A live service by its URL: how it is reached, asked and diagnosed."""
