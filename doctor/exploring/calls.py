"""The requests that were tried: to a container, or to a live service, with their answers and times."""

from collections.abc import Iterator

from checks.containers import Answers
from checks.evidence import Evidence
from checks.http.records import Call, Endpoint
from doctor.exploring.table import Nothing, Row, Table, Tone, shown, shown_lines, size_of, time_of
from doctor.exploring.wanting import remedy_for

COLUMNS = ("request", "status", "time", "size", "by way of")
MOST = 8_000  # characters of a body that are shown


def has_calls(evidence: Evidence) -> bool:
    """True when anything was asked of a service."""
    answers = evidence.answers
    return isinstance(evidence.endpoint, Endpoint) or (isinstance(answers, Answers) and bool(answers.items))


def calls(evidence: Evidence) -> Table | Nothing:
    """Name, connection and handshake; then every request in its order."""
    rows = []
    if isinstance(evidence.endpoint, Endpoint):
        rows += [*_way(evidence.endpoint), *map(_call, evidence.endpoint.calls)]
    if isinstance(evidence.answers, Answers):
        rows += _answers(evidence.answers)
    if not rows:
        reason = getattr(evidence.answers, "reason", "nothing was asked of the service")
        return Nothing(shown(reason), remedy_for(evidence, "calls"))
    return Table(COLUMNS, tuple(rows), _summary(evidence), sortable=False)


def _summary(evidence: Evidence) -> str:
    endpoint = evidence.endpoint
    if not isinstance(endpoint, Endpoint):
        return ""
    kind = "nothing tells what kind of service it is" if endpoint.kind == "other" else endpoint.kind
    text = f"{shown(endpoint.url)}: {kind}{f' ({shown(endpoint.how)})' if endpoint.how else ''}"
    if endpoint.timing and endpoint.timing.seconds:
        times = sorted(endpoint.timing.seconds)
        middle = times[len(times) // 2]
        spread = f"{time_of(times[0])} to {time_of(times[-1])}"
        text += f"; {len(times)} equal requests took {spread}, the middle one {time_of(middle)}"
    return text


def _way(endpoint: Endpoint) -> Iterator[Row]:
    if name := endpoint.name:
        told = shown(", ".join(name.addresses)) or shown(name.words)
        cells = (f"name {shown(name.host)}", name.problem or "found", time_of(name.seconds), "", told)
        yield Row(cells, "error" if name.problem else "passed", shown_lines(name.words))
    if connection := endpoint.connection:
        to = f"connection {shown(connection.address)}:{connection.port}"
        through = f"proxy {shown(connection.proxy)}" if connection.proxy else "direct"
        made = (to, connection.problem or "made", time_of(connection.seconds), "", through)
        yield Row(made, "error" if connection.problem else "passed", shown_lines(connection.words))
    if tls := endpoint.tls:
        certificate = tls.certificate
        until = f"certificate until {certificate.not_after}" if certificate else ""
        told = shown_lines("\n".join(part for part in (tls.words, str(certificate or "")) if part))
        shaken = (f"TLS {tls.version or ''}".rstrip(), tls.problem or "verified", "", "", shown(until))
        yield Row(shaken, "error" if tls.problem else "passed", told)


def _call(call: Call) -> Row:
    sample = f" {shown(call.sample)}" if call.sample else ""
    status = str(call.status) if call.status is not None else ""
    told = " ".join(part for part in (status, call.problem or "") if part)
    headers = "\n".join(f"{name}: {value}" for name, value in call.headers.items())
    detail = "\n".join(part for part in (call.words, headers, call.body[:MOST]) if part)
    first = f"first byte {time_of(call.first_byte)}" if call.first_byte is not None else ""
    way = "; ".join(part for part in (call.purpose, first) if part)
    cells = (
        f"{call.method} {shown(call.path)}{sample}",
        told or "no answer",
        time_of(call.seconds),
        size_of(call.size),
        way,
    )
    return Row(cells, _tone(call.status, call.problem, call.purpose), shown_lines(detail))


def _tone(status: int | None, problem: str | None, purpose: str) -> Tone:
    if purpose in {"no-key", "wrong-key", "preflight", "plain", "empty"}:
        return ""  # tried to see how it is refused
    return "error" if problem or status is None or status >= 500 else "warning" if status >= 400 else "passed"


def _answers(answers: Answers) -> Iterator[Row]:
    for one in answers.items:
        sample = f" {shown(one.sample)}" if one.sample else ""
        status = str(one.status) if one.status is not None else "no answer"
        detail = shown_lines("\n".join(part for part in (one.error or "", one.content_type, one.body[:MOST]) if part))
        cells = (
            f"{one.method} {shown(one.path)}{sample}",
            status,
            time_of(one.seconds),
            size_of(len(one.body.encode())) if one.body else "",
            f"{one.route} {shown(one.address)}",
        )
        yield Row(cells, _tone(one.status, one.error, ""), detail)
