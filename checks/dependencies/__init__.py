"""Checks that hold the environment file against what the script needs."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
