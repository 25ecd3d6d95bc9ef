"""The rehearsal: a throwaway container like the broken one, in which each layer is tried in turn."""

from collections.abc import Sequence
from typing import Any

from checks.containers import Container, Inside
from checks.evidence import Installed, Missing, Probe
from checks.finding import Record
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine, Listen
from doctor.containers.wishes import Wishes
from doctor.probe.launcher import Payload


class Rehearsed(Record, frozen=True):
    """What came of it. `notes` say how it was done."""

    probe: Probe | Missing
    inside: Inside | Missing
    installed: Installed | Missing
    notes: tuple[str, ...] = ()


def rehearse(
    engine: Engine,
    answer: dict[str, Any],
    container: Container,
    payloads: Sequence[Payload],
    wishes: Wishes,
    brought: Brought,
    listen: Listen,
) -> Rehearsed:
    """Try the service in a container of its own: interpreter, imports one by one, then init() and run() by the probe.

    `answer` is that of `Engine.inspect`. The throwaway container is removed whatever happens.
    """
    raise NotImplementedError
