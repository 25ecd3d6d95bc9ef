"""Health, swagger, CORS, keys and timing of a service that answers."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
