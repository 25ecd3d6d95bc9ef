"""Manifests as evidence: what files would make of a cluster, each object with the lines that it stands on."""

from collections.abc import Sequence
from pathlib import Path

from checks.evidence import Evidence


def is_manifest(path: Path) -> bool:
    """True for a YAML or JSON file (or a folder that holds one) with objects of Kubernetes in it."""
    raise NotImplementedError


def collect_manifests(paths: Sequence[Path]) -> tuple[Evidence, ...]:
    """One piece of evidence for each workload of the files, seen together: what they name must be found among them.

    Raises CannotExamine for a file that cannot be read or parsed, with place and remedy.
    """
    raise NotImplementedError
