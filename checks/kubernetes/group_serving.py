"""Probes, services, ingresses and policies: why no request arrives."""

from checks.check import Check
from checks.kubernetes.scaled_to_zero import scaled_to_zero

CHECKS: tuple[Check, ...] = (scaled_to_zero,)
