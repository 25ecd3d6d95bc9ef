"""What a status means for the kind of service that gave it."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
