"""What a container holds that stands still or keeps restarting, read through the engine's archive call."""

from checks.containers import Container, Inside
from checks.evidence import Missing
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine


def collect_frozen(engine: Engine, container: Container, brought: Brought) -> Inside | Missing:
    """Read the code and model folders of a container without running anything in it; small files are brought out."""
    raise NotImplementedError
