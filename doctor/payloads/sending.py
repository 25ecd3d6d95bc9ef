"""Sends bodies to places. The rehearsal stays loaded between two sends, so that init() runs once."""

import os
import time
from pathlib import Path

import msgspec

from doctor.content_types import kind_of_body
from doctor.contract.service_child import Answer, NotServing, Service
from doctor.payloads.header_lines import secrets_of
from doctor.payloads.live import by_url, in_container, in_pod, now
from doctor.payloads.logged import of_rehearsal
from doctor.payloads.records import STARTING, Place, Sent
from doctor.redact import redact, redact_lines, remember_values

LIFETIME = 24 * 3600.0  # seconds that a loaded service may stay
MOST_FILES = 2_000  # that are looked at for a change
_NOT_CODE = frozenset({"__pycache__", ".git", ".venv", "node_modules"})

Fingerprint = tuple[tuple[str, int, int], ...]


class Sender:
    """Sends one body after the other. `close` ends what stayed loaded."""

    def __init__(self) -> None:
        self._service: Service | None = None
        self._loaded: tuple[Place, Fingerprint] | None = None

    def send(self, place: Place, source: str, body: bytes) -> Sent:
        """Send, and tell what came. Raises CannotExamine and ConfigError where the way is not there."""
        kind = place.headers.get("Content-Type") or kind_of_body(body, source, place.raw)
        remember_values(secrets_of(place.headers))
        sent = Sent(way=place.way, where=place.where, source=source, sent=len(body), content_type=kind, at=now())
        if place.way == "probe":
            return self._rehearsed(place, sent, body)
        return {"url": by_url, "container": in_container, "pod": in_pod}[place.way](place, sent, body)

    def close(self) -> None:
        """End the rehearsal that stayed loaded."""
        service, self._service, self._loaded = self._service, None, None
        if service is not None:
            service.stop()

    def _rehearsed(self, place: Place, sent: Sent, body: bytes) -> Sent:
        service = self._serving(place)
        began, starts = time.perf_counter(), service.starts
        try:
            service.start()
            started = time.perf_counter() - began if service.starts > starts else None
            answer = service.ask(body, sent.source, place.headers, listens=True)
        except NotServing as why:
            self.close()
            return msgspec.structs.replace(sent, problem=f"the service was not loaded: {redact(str(why))}", ended=True)
        return _told(sent, answer, started)

    def _serving(self, place: Place) -> Service:
        """The service, loaded anew where its files changed since."""
        loaded = (msgspec.structs.replace(place, headers={}), fingerprint(Path(place.call.name)))
        if self._service is None or loaded != self._loaded:
            from doctor.diagnosis.diagnosing import options_of
            from doctor.engine import rehearsal_of

            self.close()
            rehearsal = rehearsal_of(Path(place.call.name), options_of(place.call))
            self._service = Service(rehearsal, patience=place.patience, starting=STARTING, lifetime=LIFETIME)
            self._loaded = loaded
        return self._service


def fingerprint(script: Path) -> Fingerprint:
    """Which files lie in the code folder and when they changed; request bodies do not count."""
    from doctor.collectors.samples import is_named_as_sample

    found: list[tuple[str, int, int]] = []
    for folder, folders, names in os.walk(script.parent):
        folders[:] = sorted(set(folders) - _NOT_CODE)
        for name in sorted(names):
            path = Path(folder, name)
            if is_named_as_sample(path):
                continue
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((str(path), status.st_mtime_ns, status.st_size))
            if len(found) == MOST_FILES:
                return tuple(found)
    return tuple(found)


def _told(sent: Sent, answer: Answer, started: float | None) -> Sent:
    """What the server would have made of it."""
    returned = answer.returned
    body, problem = (returned.text or "") if returned else "", ""
    if answer.outcome in ("died", "timeout"):
        problem, body = answer.headline, ""
    elif returned is not None and returned.problem:
        problem, body = f"the answer cannot be sent: {returned.problem}", ""
    headline = "" if answer.outcome == "passed" else answer.headline
    return msgspec.structs.replace(
        sent,
        status=answer.status,
        problem=redact(problem),
        seconds=answer.seconds,
        started=started,
        body=redact_lines(body),
        cut=bool(body and returned and (returned.size or 0) > len(body.encode("utf-8", "replace"))),
        size=(returned.size if returned and returned.size is not None else len(body.encode())),
        headline=redact(headline),
        line=answer.line,
        code=redact(answer.code),
        ended=answer.ended,
        raised=answer.raised,
        answer_type="application/json" if returned is not None and returned.status is None else "",
        logged=of_rehearsal(answer.raised, answer.said) if answer.raised or answer.said else None,
        not_finite=returned.not_finite if returned else None,
    )
