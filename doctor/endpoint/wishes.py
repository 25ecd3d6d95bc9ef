"""What a person asks for when a live service is diagnosed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from checks.contract.records import Document
from doctor.probe.launcher import Payload
from doctor.suppress import Suppression

Listen = Callable[[str], None]


@dataclass(frozen=True)
class Credential:
    """A key or token, sent as `Authorization: Bearer …`. It never appears in a text: its repr hides it.

    `hints` tell what is odd about it, as checks.http.records.Endpoint lists them.
    """

    kind: Literal["key", "token"]
    variable: str
    value: str = field(repr=False)
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """How to look at a live service. Times are in seconds.

    `timeout` is for one request, `total` for everything. `series` is the number of equal requests that are timed; only
    with a payload of the person's own. `deployment` goes into the header `azureml-model-deployment`. `origin` is that
    of the CORS preflight. `ca` is a file of certificates to trust. `documents` are descriptions to hold it to.
    """

    payloads: tuple[Payload, ...] = ()
    credential: Credential | None = None
    timeout: float = 10.0
    total: float = 60.0
    series: int = 5
    deployment: str | None = None
    origin: str = "https://example.com"
    ca: Path | None = None
    documents: tuple[Document, ...] = ()
    suppression: Suppression = field(default_factory=Suppression)
