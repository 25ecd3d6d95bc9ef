"""What the service answers against what it declares, and payloads that attack it."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
