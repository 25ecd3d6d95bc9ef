"""Name, connection, certificate and transport: why no whole answer arrives."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
