"""Checks of what the probe observed when the entry script ran."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
