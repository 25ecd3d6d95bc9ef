"""What the checks of live services share: who answered, what to quote, and where the reason is to be read."""

import re
import shlex
from collections.abc import Sequence

import msgspec

from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity
from checks.http.records import Call, Endpoint
from checks.http.reproduce import reproduced, split
from checks.missing import Missing
from checks.runtime.wording import one_line, seconds_of, titled

FRONT_ENDS = {
    "managed": "the front end of the managed endpoint",
    "kubernetes": "azureml-fe, the front end in the cluster",
    "container-instance": "the front end of the container group",
    "server": "a server that is not the inference server itself",
    "other": "a server that does not say which it is",
}
IDS = (
    "x-request-id", "x-ms-request-id", "x-ms-client-request-id", "x-ms-correlation-request-id",
    "x-ms-routing-request-id", "apim-request-id", "x-azure-ref", "x-amzn-requestid", "x-correlation-id", "traceid",
    "traceparent",
)  # fmt: skip
"""Headers by which an operator finds one request in his logs."""

OF_CONTAINER = ("x-ms-server-version", "x-ms-run-function-failed", "x-ms-run-fn-exec-ms")
TELLING = ("ms-azureml-model-error-statuscode", "ms-azureml-model-error-reason", "retry-after", "location", "via")
AFTERMATH = (
    "http.health-lies", "http.answers-vary", "http.slow-answer", "http.tail-latency", "http.slow-first-answer",
    "http.swagger-missing", "http.swagger-needs-version", "http.other-service-answers", "http.cors-not-allowed",
)  # fmt: skip
"""What is seen as well where a request fails for a reason of its own."""


_MANAGED = re.compile(r"([a-z0-9-]+)\.([a-z0-9]+)\.inference\.ml\.azure\.(?:com|us|cn)", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
MOST = 20_000  # characters of a body that are looked at: who answers says why at once
_DEPLOYMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_GATEWAY = re.compile(
    r"nginx|openresty|envoy|traefik|haproxy|kong|cloudflare|gateway|varnish|istio|apache", re.IGNORECASE
)
_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0", re.IGNORECASE)


def endpoint_of(evidence: Evidence) -> Endpoint:
    """The live service; a check that needs it runs only where it is there."""
    if isinstance(evidence.endpoint, Missing):
        raise TypeError("the check must declare needs=('endpoint',)")
    return evidence.endpoint


def host_of(endpoint: Endpoint) -> str:
    """The host's name, without its port."""
    return re.sub(r":\d*$", "", split(endpoint.url)[1])


def port_of(endpoint: Endpoint) -> int:
    """The port that the URL means."""
    scheme, host = split(endpoint.url)[:2]
    named = re.search(r":(\d+)$", host)
    return int(named[1]) if named else 443 if scheme == "https" else 80


def beside(endpoint: Endpoint, name: str) -> str:
    """The URL of another path of the service: `score`, `swagger.json`. A front end's own part stays before it."""
    scheme, host, path = split(endpoint.url)
    asked = next((call.path.partition("?")[0] for call in endpoint.of("swagger")), "")
    if asked.endswith("/swagger.json"):
        return f"{scheme}://{host}{asked.removesuffix('swagger.json')}{name}"
    found = re.match(r"/api/v1/(?:service|endpoint)/[^/]+/", path)
    return f"{scheme}://{host}{found[0] if found else '/'}{name}"


def is_loopback(endpoint: Endpoint) -> bool:
    """True for a service on this machine, reached without a network."""
    return _LOOPBACK.fullmatch(host_of(endpoint)) is not None


def managed_name(endpoint: Endpoint) -> tuple[str, str] | None:
    """Name and region of a managed endpoint, as its host says them."""
    found = _MANAGED.fullmatch(host_of(endpoint))
    return (found[1], found[2]) if found else None


def endpoint_name(endpoint: Endpoint) -> str:
    """The name of a managed endpoint for a line of `az`, a placeholder where the URL does not tell it."""
    managed = managed_name(endpoint)
    return managed[0] if managed else "<endpoint>"


def from_container(call: Call) -> bool:
    """True when the inference server itself answered: only it sets these headers."""
    return any(name in call.headers for name in OF_CONTAINER)


def is_page(call: Call) -> bool:
    """True for a document of HTML. The inference server calls its own `Healthy` text/html: the words decide."""
    text = call.body[:MOST].lstrip("\ufeff \t\r\n")
    while text.startswith("<!--") and "-->" in text:
        text = text.partition("-->")[2].lstrip()
    return _PAGE.match(text) is not None


def page_title(call: Call) -> str:
    """The title of an HTML page, else its first heading; empty when it has none."""
    found = re.search(r"<(title|h1)[^>]*>(.*?)</\1>", call.body[: MOST // 2], re.IGNORECASE | re.DOTALL)
    return one_line(re.sub(r"<[^>]*>", " ", found[2]), 60) if found else ""


def who_answered(endpoint: Endpoint, call: Call) -> str:
    """Who gave this answer, in the terms of the kind of service."""
    if from_container(call):
        version = one_line(call.headers.get("x-ms-server-version", ""), 40)
        return f"the container ({version})" if version else "the container (x-ms-run-function-failed is set)"
    if "ms-azureml-model-error-statuscode" in call.headers:
        return f"{FRONT_ENDS[endpoint.kind]}, for the container"
    server = one_line(call.headers.get("server", ""), 40)
    if "nginx" in server.lower() and endpoint.kind in {"server", "container-instance"}:
        return f"{server} in front of the inference server"
    if server and endpoint.kind in {"server", "other"}:
        return server
    return f"{FRONT_ENDS[endpoint.kind]}{f' (server: {server})' if server else ''}"


def password_scheme(call: Call) -> str:
    """`Basic` and its like, where a refusal asks for that alone: no key or token will do."""
    asked = call.headers.get("www-authenticate", "")
    found = re.match(r"\s*(Basic|Digest|NTLM|Negotiate)\b", asked, re.IGNORECASE)
    return found[1].title() if found and "bearer" not in asked.lower() else ""


def gateway_of(endpoint: Endpoint, call: Call) -> str:
    """The program of a gateway that gave this answer itself, as it names itself; empty for others."""
    server = one_line(call.headers.get("server", ""), 40)
    known = _GATEWAY.search(server) is not None and endpoint.kind in {"server", "other", "container-instance"}
    return server if known and not from_container(call) else ""


def served(endpoint: Endpoint) -> bool:
    """True when the service hands out a description."""
    return any(call.status == 200 and not call.problem and not is_page(call) for call in endpoint.of("swagger"))


def request_ids(call: Call) -> str:
    """The ids of the request, as `name: value`, each value once; empty when the answer had none."""
    found: dict[str, str] = {}
    for name in IDS:
        if value := call.headers.get(name):
            found.setdefault(one_line(value, 60), name)
    return ", ".join(f"{name}: {value}" for value, name in found.items())


def said(call: Call) -> str:
    """What came: status, type and the beginning of the body, or why nothing did."""
    took = f" after {seconds_of(call.seconds)}" if call.seconds >= 1 else ""
    parts = [str(call.status)] if call.status is not None else []
    if call.problem:
        parts.append(f"{'then' if parts else 'no answer'}{took}: {one_line(call.words or call.problem, 160)}")
        return " ".join(parts)
    parts += [one_line(call.content_type, 60)] if call.content_type else []
    return f"{' '.join(parts)}{took}: {one_line(call.body[:MOST], 200) or 'an empty body'}"


def quote_call(call: Call) -> Quote:
    """One request and what it got."""
    with_sample = f" with {call.sample}" if call.sample else ""
    return Quote(source=f"{call.method} {call.path}{with_sample}", text=said(call))


def quotes_of(endpoint: Endpoint, call: Call) -> tuple[Quote, ...]:
    """The answer, who gave it, the headers that tell why, and the ids to quote."""
    quotes = [quote_call(call)]
    if call.status is not None:
        quotes.append(Quote(source="who answered", text=who_answered(endpoint, call)))
    telling = [f"{name}: {one_line(call.headers[name], 120)}" for name in TELLING if call.headers.get(name)]
    quotes += [Quote(source="headers", text=", ".join(telling))] if telling else []
    ids = request_ids(call) or (f"x-request-id: {call.request_id} (as it was sent)" if call.request_id else "")
    quotes += [Quote(source="to quote in a ticket", text=ids)] if ids else []
    return tuple(quotes)


def finding(
    endpoint: Endpoint,
    calls: Sequence[Call],
    title: str,
    *fixes: Fix,
    more: tuple[Quote, ...] = (),
    **fields: object,
) -> Finding:
    """A finding about calls that had the same fate: the first is quoted and reproduced, the others are counted."""
    first = calls[0]
    others = [call for call in calls[1:] if call.sample != first.sample or call.purpose != first.purpose]
    same = (Quote(source="the same", text=f"{len(others)} more requests: {_listed(others)}"),) if others else ()
    about = [f"status:{first.status}"] if first.status is not None else []
    about += [f"sample:{name}" for name in dict.fromkeys(call.sample for call in calls) if name]
    made = Finding(
        title=titled(title, 88),
        evidence=(*quotes_of(endpoint, first), *same, *more),
        about=tuple(about),
        fixes=fixes,
        reproduce=reproduced(endpoint, first),
    )
    return msgspec.structs.replace(made, **fields)


def _listed(calls: Sequence[Call]) -> str:
    names = list(dict.fromkeys(call.sample or f"{call.method} {call.path}" for call in calls))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def by_hand(endpoint: Endpoint) -> tuple[str, str]:
    """Lines that ask for health, where no request of the look can be shown."""
    health = Call(purpose="health", method="GET", path="/")
    return reproduced(endpoint, endpoint.first("health") or health)


def of_sample(call: Call) -> str:
    """` for sample.json`, or nothing."""
    return f" for {call.sample}" if call.sample else ""


def read_log(endpoint: Endpoint, what: str = "read in the log of the container why") -> Fix:
    """Where the owner of the service finds the reason, by the kind of service."""
    if endpoint.kind == "managed" or managed_name(endpoint):
        name, routed = endpoint_name(endpoint), deployment_of(endpoint)
        command = (
            f"az ml online-deployment get-logs --endpoint-name {name} --name {routed} --lines 500 | doctor triage -"
        )
    elif endpoint.kind == "kubernetes":
        command = "doctor diagnose k8s <deployment> -n <namespace>"
    elif endpoint.kind == "container-instance":
        command = "az container logs -g <resource-group> -n <container-group> | doctor triage -"
    else:
        command = "doctor diagnose docker <container>"
    return Fix(title=what, safety=safety_of(command), commands=(command,))


def safety_of(*texts: str) -> Safety:
    """Placeholder where something in angle brackets is to be filled in."""
    return Safety.PLACEHOLDER if any(re.search(r"<[^<>]+>", text) for text in texts) else Safety.REVIEW


def deployment_of(endpoint: Endpoint) -> str:
    """The name of the deployment for a command: as it was asked for, or as an answer says, when it is a name."""
    told = (call.headers.get("azureml-model-deployment", "") for call in endpoint.calls)
    names = (name for name in (endpoint.deployment or "", *told) if _DEPLOYMENT.fullmatch(name))
    return next(names, "<deployment>")


def word(text: str | None, instead: str = "<file>") -> str:
    """A name as one word of a shell."""
    return shlex.quote(text) if text else instead


def advise(title: str, *commands: str) -> Fix:
    """A fix that a person carries out."""
    return Fix(title=title, safety=safety_of(title, *commands), commands=commands)


def quiet_confidence(sure: bool) -> Confidence:
    """Certain where the answer says so itself, likely where it only fits."""
    return Confidence.CERTAIN if sure else Confidence.LIKELY


def lesser(severe: bool) -> Severity:
    """An error where it breaks the service, else a warning."""
    return Severity.ERROR if severe else Severity.WARNING
