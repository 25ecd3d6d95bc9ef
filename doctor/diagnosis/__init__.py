"""One call for every kind of target, and the process of its own that it runs in."""
