"""Ends, restarts, evictions and rollouts: why a container does not stay."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
