"""From the engine's answers to the evidence: what it says of a container and of its image."""

from typing import Any

from checks.containers import Container
from doctor.containers.engine import Engine


def container_of(engine: Engine, answer: dict[str, Any]) -> Container:
    """The evidence of one container. `answer` is that of `Engine.inspect`; its image is asked for here."""
    raise NotImplementedError
