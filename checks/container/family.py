"""All checks of the container family."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
