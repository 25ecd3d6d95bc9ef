"""Request bodies by their content: keys, columns, rows, types and numbers against the contract."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
