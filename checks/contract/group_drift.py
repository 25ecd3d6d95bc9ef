"""What a new contract changes for clients of an old one."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
