"""Images, variables, volumes and commands: why a container does not start."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
