"""Look into a running container of a pod: the same evidence as of a Docker container, for the same checks."""

from collections.abc import Sequence

from checks.cluster.pods import Pod
from checks.containers import Answers, Container
from checks.evidence import Missing
from doctor.cluster.api import Api
from doctor.containers.brought import Brought
from doctor.containers.running import Looked
from doctor.probe.launcher import Payload


def container_of(pod: Pod, name: str, address: str = "") -> Container:
    """One container of a pod in the terms of an engine: command, variables, ports, mounts, limits, state.

    Its engine is named `kubernetes`, by which checks tell it from Docker's. Values that come from config maps and
    secrets are not there; their names are.
    """
    raise NotImplementedError


def look(api: Api, pod: Pod, container: Container, brought: Brought) -> Looked | Missing:
    """What a running container holds, read by `look_inside.py` executed in it, handed over by standard input.

    Missing says why not: no right to execute, no Python, no room under the memory limit, it stopped meanwhile.
    """
    raise NotImplementedError


def ask(api: Api, pod: Pod, container: Container, payloads: Sequence[Payload]) -> Answers | Missing:
    """Health, swagger and samples asked of the service from inside its own container. Nothing else is sent."""
    raise NotImplementedError
