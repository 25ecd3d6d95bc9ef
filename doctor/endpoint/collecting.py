"""Looks at a live service: name, connection, certificate, then a few requests; bounded in time and memory.

Nothing is scored but what a person gave: without a sample only GET of the root and of the description, and OPTIONS of
the scoring path are sent. No POST goes out without a sample, since an undecorated run() would be called with an empty
text; nor a GET of /score, which the server hands to run() as well. Keys are tried on the description alone.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from checks.contract.records import Document
from checks.http.records import Call, Endpoint, Timing, Tls
from doctor.endpoint.address import Address, read_address
from doctor.endpoint.handshake import trusting, wants_certificate
from doctor.endpoint.kinds import kind_of
from doctor.endpoint.reaching import Way, go, way_to
from doctor.endpoint.wishes import Listen, Wishes
from doctor.errors import ConfigError

WELL = range(200, 300)
_PAGE_OF_NGINX = "No required SSL certificate was sent"


@dataclass(frozen=True)
class Seen:
    """What was seen, and the description that the service hands out (the bytes of /swagger.json), where it does."""

    endpoint: Endpoint
    served: Document | None = None


def look(url: str, wishes: Wishes, listen: Listen = lambda _: None) -> Seen:
    """Everything that can be seen of a live service within `wishes.total`.

    `url` is the scoring URL or that of the service's root. Raises ConfigError for what is no URL of http or https, or
    holds a user and a password; for a key that no header can hold; and for a `ca` without a certificate.
    """
    address = read_address(url)
    way = way_to(address, wishes, _key(wishes), listen)
    context = trusting(wishes.ca)
    go(way, context)
    calls: list[Call] = []
    served = b""
    if way.connection is not None:
        from doctor.endpoint.schedule import ask

        calls, served = ask(way, context)
    kind, how = kind_of(address, calls)
    endpoint = Endpoint(
        url=way.secrets.hide(address.shown),
        kind=kind,
        how=way.secrets.hide(how),
        name=way.name,
        connection=way.connection,
        tls=_with_calls(way, calls, context),
        calls=tuple(calls),
        timing=_timing(calls),
        credential=wishes.credential.kind if wishes.credential else None,
        variable=wishes.credential.variable if wishes.credential else None,
        patience=wishes.timeout,
        deployment=wishes.deployment,
        ca=str(wishes.ca) if wishes.ca else None,
        origin=wishes.origin if wishes.origin != Wishes.origin else None,
        hints=wishes.credential.hints if wishes.credential else (),
    )
    return Seen(endpoint, _document(served, address))


def _key(wishes: Wishes) -> str | None:
    """The word that is sent behind Bearer. Spaces around it, as a file of variables leaves them, are no part of it."""
    if wishes.credential is None:
        return None
    key = wishes.credential.value.strip()
    key = key[7:].strip() if key[:7].lower() == "bearer " else key
    if not key:
        raise ConfigError(f"the variable {wishes.credential.variable} is empty: it must hold the key or token")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(
            f"the variable {wishes.credential.variable} holds what no header can carry: spaces, line breaks or letters"
            " beyond ASCII; set it to the key or token alone"
        )
    return key


def _with_calls(way: Way, calls: Sequence[Call], context: ssl.SSLContext) -> Tls | None:
    """The handshake, with what is seen only after it: that a client certificate is wanted."""
    tls = way.tls
    if tls is None or tls.problem or not calls:
        return tls
    wanted = any(call.status == 400 and _PAGE_OF_NGINX in call.body for call in calls)
    if all(call.status is None for call in calls):
        wanted = wants_certificate(way.opened, way.address.host, context)
    return msgspec.structs.replace(tls, problem="client-certificate") if wanted else tls


def _timing(calls: Sequence[Call]) -> Timing | None:
    series = [call for call in calls if call.purpose == "series"]
    if not any(call.status in WELL and not call.problem for call in calls if call.purpose in {"score", "series"}):
        return None  # what failed again and again says nothing of the time that an answer takes
    if not series:
        return None
    return Timing(
        seconds=tuple(call.seconds for call in series),
        statuses=tuple(call.status for call in series if call.status is not None),
        sample=series[0].sample,
    )


def _document(served: bytes, address: Address) -> Document | None:
    """The description that was served. `served` is masked JSON, empty without one."""
    if not served:
        return None
    from doctor.contract.documents import document_of

    return document_of(served, f"{address.scheme}://{address.authority}{address.swagger}", "served")
