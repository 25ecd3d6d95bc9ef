"""Benchmarks of the promises made in the README. Ratios only: a second here is not a second elsewhere."""
