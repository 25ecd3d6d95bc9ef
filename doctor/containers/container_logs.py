"""What a container wrote: standard output and standard error, oldest and newest part, never more than is bounded."""

from checks.containers import Container
from checks.evidence import Logs, Missing
from doctor.containers.engine import Engine


def collect_logs(
    engine: Engine, container: Container, *, since: str | None = None, tail: int | None = None
) -> Logs | Missing:
    """The log of a container, with the streams told apart where it matters. Missing where no driver keeps it."""
    raise NotImplementedError
