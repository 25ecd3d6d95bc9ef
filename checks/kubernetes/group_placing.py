"""Admission and scheduling: why no pod exists, or none has a node."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
