"""A body sent from the bench to a real container: through its published port, and from inside where none is."""

import socket
from collections.abc import Callable

import msgspec
import pytest
from starting import Started

from checks.evidence import Evidence
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.payloads.places import places_of
from doctor.payloads.sending import Sender

pytestmark = pytest.mark.docker


def test_a_container_is_asked_as_its_network_allows(sample: Callable[[str], Started]) -> None:
    started = sample("healthy-schema-numpy")
    diagnosis = diagnose(Call(kind="container", name=started.name, rehearse=False)).diagnosed[0]
    place = next(one for one in places_of(diagnosis) if one.way == "container")
    sent = Sender().send(place, "typed", (started.folder / "sample.json").read_bytes())
    assert (sent.status, sent.problem) == (200, "")
    assert '"rentals"' in sent.body
    unpublished = msgspec.structs.replace(place, url=None)
    again = Sender().send(unpublished, "typed", b'{"Data": []}')
    assert again.status == 400
    assert again.where.partition(", ")[2] in ("published", "inside")
    assert sent.logged is None
    assert again.logged is not None
    assert again.logged.named, "the server writes down who asked"
    assert any("POST /score 400" in line for line in again.logged.lines)


def test_a_port_that_moved_at_a_restart_is_found(sample: Callable[[str], Started]) -> None:
    started = sample("healthy-schema-numpy")
    diagnosis = diagnose(Call(kind="container", name=started.name, rehearse=False)).diagnosed[0]
    place = next(one for one in places_of(diagnosis) if one.way == "container")
    assert place.url
    assert isinstance(place.evidence, Evidence)
    ports = place.evidence.container.ports  # type: ignore[union-attr]
    real = next(one for one in ports if one.host_port)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        old = taken.getsockname()[1]
    stale = msgspec.structs.replace(place.evidence.container, ports=(msgspec.structs.replace(real, host_port=old),))
    moved = msgspec.structs.replace(
        place,
        url=f"http://127.0.0.1:{old}/score",
        evidence=msgspec.structs.replace(place.evidence, container=stale),
    )
    sent = Sender().send(moved, "typed", (started.folder / "sample.json").read_bytes())
    assert (sent.status, sent.problem) == (200, "")
    assert f"its published port was {old} before" in sent.where
