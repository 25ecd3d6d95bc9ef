"""Request bodies by their form: JSON or not, encodings, wrappers, formats of other services."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
