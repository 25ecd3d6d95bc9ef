"""How to look at a target and how to tell what was seen: probe, collectors, engine, reports and the command line."""

__version__ = "0.1.0"
