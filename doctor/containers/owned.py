"""What doctor makes on an engine: labelled, removed at the end, and removed by the next run after a crash."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from doctor.containers.engine import Engine

LABEL = "doctor"  # its value is the purpose: rehearsal, gate
OWNER = "doctor.owner"  # host, process and its start time, to tell whose run is over


@contextmanager
def throwaway(engine: Engine, purpose: str, image: str, **options: Any) -> Iterator[str]:
    """Create (not start) a container, give its id, and remove it with its volumes whatever happens.

    `options` are those of the library's `create_container`; labels are added.
    """
    raise NotImplementedError
    yield ""


def sweep(engine: Engine) -> int:
    """Remove containers, volumes and temporary folders of runs that are no more. Returns how many there were."""
    raise NotImplementedError
