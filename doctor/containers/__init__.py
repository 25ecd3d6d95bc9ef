"""Containers on a Docker engine: how they are looked at, rehearsed and judged."""
