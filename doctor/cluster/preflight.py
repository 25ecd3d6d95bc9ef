"""Preflight of manifests: what can be known of a deployment before a cluster sees it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from doctor.report import Report
from doctor.suppress import Suppression


def check_manifests(
    paths: Sequence[Path],
    *,
    version: str | None = None,
    suppression: Suppression | None = None,
    listen: Callable[[str], None] = lambda _: None,
) -> list[Report]:
    """Check manifests, one report for each workload. `version` (`1.20`) names the Kubernetes whose schema counts.

    Raises CannotExamine for what cannot be read, ConfigError for a version that is not known.
    """
    raise NotImplementedError
