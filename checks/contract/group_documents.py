"""Swagger and OpenAPI documents: whether they are sound, and describe this service."""

from checks.check import Check

CHECKS: tuple[Check, ...] = ()
