"""How a person wants a cluster to be examined."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from doctor.cluster.api import Access
from doctor.suppress import Suppression


@dataclass(frozen=True)
class Wishes:
    """The options of `doctor diagnose k8s`, beyond those of every verb.

    `namespace` None: that of the context. `container`
    limits logs and looks to one container. `inside` None: for one target. `timeout` in seconds is for the
    rehearsal.
    """

    access: Access = field(default_factory=Access)
    namespace: str | None = None
    everywhere: bool = False
    labels: str = ""
    container: str | None = None
    source: Path | None = None
    environment: Path | None = None
    samples: tuple[Path, ...] = ()
    inside: bool | None = None
    rehearse: bool = False
    timeout: float = 60.0
    since: str | None = None
    tail: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    suppression: Suppression = field(default_factory=Suppression)
