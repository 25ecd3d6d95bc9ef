"""Whether the service answers: a few requests, through the published port and from inside."""

from collections.abc import Sequence

from checks.containers import Answers, Container, Inside
from checks.evidence import Missing
from doctor.containers.engine import Engine
from doctor.probe.launcher import Payload


def ask(
    engine: Engine, container: Container, inside: Inside | Missing, payloads: Sequence[Payload], *, timeout: float = 5.0
) -> Answers | Missing:
    """Ask for health (`GET /`) and swagger; score with the payloads, which only a person can have given."""
    raise NotImplementedError
