"""How a person wants a container to be examined."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from doctor.suppress import Suppression


@dataclass(frozen=True)
class Wishes:
    """The options of `doctor diagnose docker`, beyond those of every verb.

    `rehearse` None: where the service was not seen to answer. `network`: the rehearsal may use the network. `source` is
    the person's own folder of the code, `environment` the conda or requirements file. `timeout` in seconds is for the
    rehearsal. `since` and `tail` bound the log as `docker logs` does.
    """

    source: Path | None = None
    environment: Path | None = None
    samples: tuple[Path, ...] = ()
    rehearse: bool | None = None
    network: bool = False
    timeout: float = 60.0
    since: str | None = None
    tail: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    suppression: Suppression = field(default_factory=Suppression)
