"""From what was brought out to the evidence of the earlier families: script, models, environment file, packages."""

from pathlib import Path

from checks.containers import Container, Inside
from checks.evidence import EnvironmentFile, Missing, ModelFolder, Script, SourceTree
from checks.finding import Record
from doctor.containers.brought import Brought


class ServiceFiles(Record, frozen=True):
    """Fields of Evidence, in the container's own paths."""

    script: Script | Missing
    source: SourceTree | Missing
    models: ModelFolder | Missing
    environment: EnvironmentFile | Missing


def service_files(container: Container, inside: Inside, brought: Brought, environment: Path | None) -> ServiceFiles:
    """What the files say. `environment` is the person's own environment file, which goes before one found inside."""
    raise NotImplementedError
