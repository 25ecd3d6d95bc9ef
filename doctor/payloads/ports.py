"""Where a container's published port is now: the engine chooses another one at every start that asks for any."""

from urllib.parse import urlsplit, urlunsplit

import msgspec

from checks.containers import Container, Port
from doctor.errors import CannotExamine
from doctor.payloads.records import Place

PATIENCE = 5  # seconds for the engine; without its answer the place stays as it was diagnosed
AGAIN = "the container may have been started anew or removed since it was diagnosed; diagnose it again (r)"


def present(place: Place) -> Place:
    """The place with the port as it is now, told in `where` if it moved.

    Raises CannotExamine for a container that is gone or does not run: another one may have its port by now.
    """
    from doctor.containers.engine import connect
    from doctor.containers.inspection import container_of

    evidence = place.evidence
    known = evidence.container if evidence is not None else None
    if not isinstance(known, Container) or not place.url:
        return place
    try:
        engine = connect(PATIENCE)
    except CannotExamine:
        return place
    with engine:
        found = container_of(engine, engine.inspect(known.name))
    if found.state.status != "running":
        raise CannotExamine(
            f"the container {known.name} does not run any more ({found.state.status}); start it (docker start "
            f"{known.name}), then diagnose it again (r)"
        )
    return moved(place, known.ports, found.ports)


def moved(place: Place, before: tuple[Port, ...], now: tuple[Port, ...]) -> Place:
    """The place with the new number of its port; the same where it did not move, or is published no more."""
    assert place.url
    parts = urlsplit(place.url)
    port = next((one.container for one in before if one.host_port == parts.port and one.protocol == "tcp"), None)
    there = [one.host_port for one in now if one.container == port and one.protocol == "tcp" and one.host_port]
    if port is None or not there or parts.port in there:
        return place
    url = urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{there[0]}"))
    return msgspec.structs.replace(place, url=url, where=f"{url} (its published port was {parts.port} before)")
