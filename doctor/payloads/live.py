"""One body sent to a service that runs: by its URL, or from inside its container or pod."""

import asyncio
import time

import msgspec

from checks.containers import Answer, Answers, Container
from checks.evidence import Missing
from checks.http.records import Call as Asked
from doctor.payloads.header_lines import lowered
from doctor.payloads.ports import AGAIN, present
from doctor.payloads.records import Place, Sent
from doctor.probe.launcher import Payload
from doctor.redact import redact_lines

MOST_BODY = 5_000_000  # characters of an answer that are judged
_TLS = "the certificate is refused ({problem}), so neither body nor key was sent"


def by_url(place: Place, sent: Sent, body: bytes) -> Sent:
    """POST to the scoring URL. Raises ConfigError for what is no URL, and a variable that is not set."""
    from doctor.endpoint.address import read_address
    from doctor.endpoint.asking import Asker, Wanted, quiet
    from doctor.endpoint.credentials import credential_of
    from doctor.endpoint.handshake import trusting
    from doctor.endpoint.reaching import go, way_to
    from doctor.endpoint.wishes import Wishes

    assert place.url
    call = place.call
    is_url = place.way == "url"
    credential = credential_of(call.key_variable, call.token_variable) if is_url else None
    wishes = Wishes(credential=credential, timeout=place.patience, total=place.patience + 5)
    key = credential.value if credential else None
    way = way_to(read_address(place.url), wishes, key, lambda _: None)
    if not is_url:
        way.proxy = None  # a proxy knows nothing of a container's port
    context = trusting(None)
    go(way, context)
    if way.name is not None and way.name.problem:
        return msgspec.structs.replace(sent, problem=f"the host {way.name.host} is not known: {way.name.words}")
    connection = way.connection
    if connection is None or connection.problem:
        words = connection.words if connection else ""
        return msgspec.structs.replace(sent, problem=f"no connection: {words or 'refused'}")
    if not way.trusted:
        problem = (way.tls.problem or "unknown") if way.tls else "unknown"
        return msgspec.structs.replace(sent, problem=_TLS.format(problem=problem))
    deployment = {"azureml-model-deployment": call.deployment} if call.deployment and is_url else {}
    wanted = Wanted(
        "score", "POST", way.address.path, body=body, key=key, sample=sent.source,
        headers={"content-type": sent.content_type, **deployment, **lowered(place.headers)}, most=MOST_BODY,
    )  # fmt: skip
    asker = Asker(way.address, way.leads, context, way.proxy, way.secrets)
    with quiet():
        asked, _ = asyncio.run(asker.ask(wanted, place.patience))
    return replaced(sent, asked, connection.seconds)


def replaced(sent: Sent, asked: Asked, connect: float | None) -> Sent:
    """What was sent, with what came."""
    return msgspec.structs.replace(
        sent,
        status=asked.status,
        problem=asked.words or asked.problem or "" if asked.problem else "",
        seconds=asked.seconds,
        connect=connect,
        first_byte=asked.first_byte,
        headers=asked.headers,
        body=asked.body,
        size=asked.size,
        cut=asked.cut or asked.problem == "large",
        answer_type=asked.content_type,
        request_id=asked.request_id,
    )


def in_container(place: Place, sent: Sent, body: bytes) -> Sent:
    """POST from inside a container, or through its published port where that answers. Raises CannotExamine."""
    from doctor.containers.answers import ask
    from doctor.containers.engine import connect
    from doctor.payloads.logs_asked import of_container

    evidence = place.evidence
    assert evidence is not None
    container = evidence.container
    assert isinstance(container, Container)
    if place.url:
        place = present(place)
        with of_container(container) as log:
            sent = log.beside(by_url(place, msgspec.structs.replace(sent, where=place.where), body))
        unreached = sent.problem.startswith("no connection")
        return msgspec.structs.replace(sent, problem=f"{sent.problem}; {AGAIN}") if unreached else sent
    payload = Payload(source=sent.source, body=body, content_type=sent.content_type, headers=place.headers)
    with connect() as engine, of_container(container) as log:
        return log.beside(_first(ask(engine, container, evidence.inside, [payload], most=MOST_BODY), sent))


def in_pod(place: Place, sent: Sent, body: bytes) -> Sent:
    """POST from inside a container of a pod. Raises CannotExamine."""
    from pathlib import Path

    from checks.cluster.subject import Workload
    from doctor.cluster.api import Access, connect
    from doctor.cluster.inside import ask
    from doctor.payloads.logs_asked import of_pod
    from doctor.payloads.places import pod_of

    evidence, call = place.evidence, place.call
    assert evidence is not None
    assert isinstance(evidence.container, Container)
    pod = pod_of(evidence.workload) if isinstance(evidence.workload, Workload) else None
    if pod is None:
        return msgspec.structs.replace(sent, problem="no pod has a node, so nothing can be asked from inside")
    access = Access(Path(call.kubeconfig) if call.kubeconfig else None, call.context)
    with connect(access) as api:
        payload = Payload(source=sent.source, body=body, content_type=sent.content_type, headers=place.headers)
        log = of_pod(api, pod, evidence.container.name)
        return log.beside(_first(ask(api, pod, evidence.container, [payload], evidence.inside, most=MOST_BODY), sent))


def _first(answers: Answers | Missing, sent: Sent) -> Sent:
    """What came of the POST; why none was made, where health had no answer."""
    if isinstance(answers, Missing):
        return msgspec.structs.replace(sent, problem=answers.reason)
    scored: Answer | None = next((one for one in answers.items if one.method == "POST"), None)
    if scored is None:
        why = next((one.error for one in answers.items if one.error), "nothing listens there")
        return msgspec.structs.replace(sent, problem=f"the body was not sent, for GET / had no answer: {why}")
    return msgspec.structs.replace(
        sent,
        where=f"{scored.address}{scored.path}, {scored.route}",
        status=scored.status,
        problem=scored.error or "",
        seconds=scored.seconds,
        body=redact_lines(scored.body),
        size=len(scored.body.encode()),
        cut=scored.cut,
        answer_type=scored.content_type,
        request_id=scored.request_id,
    )


def now() -> str:
    """The time of a send, as the person's clock shows it."""
    return time.strftime("%H:%M:%S")
