"""The health check itself cannot work.

What it finds
-------------
A health command whose program the image lacks, which must not be executed, or which asks a port or path where the
server does not answer.

Why it breaks
-------------
The container is called unhealthy however well it serves, and whatever watches it restarts it or sends it no requests.
Slim images have no curl or wget.

How to fix
----------
Use what the image has, Python for one, and ask `GET /` on the port of the server.

Learn more
----------
Dockerfile reference, HEALTHCHECK. Observed with engine 20.10.24: exit code -1 when the engine cannot run the command,
127 from the shell, 1 from `... || exit 1` with the shell's words in the output.
"""

import re
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.health import asked_path, asked_port, health_text, last_result, result_quote
from checks.container.listening import likeliest, listening
from checks.container.seen import answers_of, container_of, inside_of, inspected, is_up
from checks.containers import Answer, Answers, Container, Health, HealthResult, Inside, Socket
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import titled

_MISSING = (
    re.compile(
        r"exec: \\*\"(?P<program>[^\"\\]+)\\*\": (?P<why>executable file not found|permission denied|stat .*no such)"
    ),
    re.compile(r"(?:^|\n)(?:\S*sh|\S+): (?:line )?\d+: (?P<program>[^:\n]+): (?P<why>not found|[Pp]ermission denied)"),
    re.compile(r"(?:^|\n)\S*sh: (?P<program>[^:\n]+): (?P<why>(?:command )?not found|[Pp]ermission denied)"),
    re.compile(r"exec (?P<program>/?[\w./-]+): (?P<why>no such file or directory|exec format error|permission denied)"),
    re.compile(r"(?P<why>can't open file|No module named) '?(?P<program>[^'\n:]+)"),
)
_REFUSED = re.compile(
    r"[Cc]onnection refused|Failed to connect|Couldn't connect|ECONNREFUSED|can't connect|Cannot assign requested"
)
_NOT_THERE = re.compile(r"\b404\b|error: 404|HTTP Error 404|returned error: 40[145]|\b401\b|\b405\b")
OK = 400  # statuses below it are good


@check(
    "container.health-command-broken",
    needs=("container",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("container.unhealthy", "container.health-check-too-early"),
)
def health_command_broken(evidence: Evidence) -> Iterator[Finding]:
    """Tell a command that cannot run from one that asks the wrong thing."""
    seen = container_of(evidence)
    health = seen.health
    if health is None or not health.results or health.status == "healthy":
        return
    result = last_result(health)
    if result is None or result.exit_code == 0:
        return
    told = _cannot_run(result) or (_asks_wrong(evidence, health, result) if is_up(seen) else None)
    if told is None:
        return
    title, more = told
    yield Finding(
        title=titled(title, 88),
        evidence=(result_quote(seen, result), inspected(seen, health_text(health)), *more),
        fixes=_fixes(evidence, seen),
    )


def _cannot_run(result: HealthResult) -> tuple[str, tuple[Quote, ...]] | None:
    for pattern in _MISSING:
        if found := pattern.search(result.output):
            program = found["program"].strip()
            if "ermission" in found["why"]:
                return f"the health check must not execute `{program}`", ()
            if "module" in found["why"] or "open file" in found["why"]:
                return f"the health check needs `{program}`, which the image does not have", ()
            return f"the health check calls `{program}`, which the image does not have", ()
    return None


def _asks_wrong(evidence: Evidence, health: Health, result: HealthResult) -> tuple[str, tuple[Quote, ...]] | None:
    port, path, known = asked_port(health), asked_path(health), listening(evidence)
    if port and known and port not in {one.port for one in known} and _REFUSED.search(result.output):
        server = likeliest(known)
        return f"the health check asks port {port}, the server listens on {server.port}", (server.quote,)
    good = [one for one in answers_of(evidence) if one.route == "inside" and one.status and one.status < OK]
    if path and good and _NOT_THERE.search(result.output) and path not in {one.path for one in good}:
        one = good[0]
        saw = Quote(source="inside", text=f"{one.method} {one.path} answers {one.status}")
        return f"the health check asks for {path}, which the server does not answer", (saw,)
    return None


def _fixes(evidence: Evidence, seen: Container) -> tuple[Fix, ...]:
    inside, known = inside_of(evidence), listening(evidence)
    python = inside.interpreter if inside and inside.interpreter else "python"
    port = likeliest(known).port if known else 5001
    ask = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/', timeout=4)"
    return (
        Fix(
            title="ask the server with what the image has",
            commands=(f'HEALTHCHECK --start-period=60s CMD ["{python}", "-c", "{ask}"]',),
        ),
        Fix(title="do without a health check", commands=(f"docker run --no-healthcheck --name {seen.name} ...",)),
    )


def _health(output: str, *test: str, code: int = 1) -> Health:
    result = HealthResult(at="2026-11-20T18:09:04Z", exit_code=code, output=output)
    return Health(status="unhealthy", test=("CMD-SHELL", *test), failing_streak=3, results=(result,))


CURL = "curl -f http://localhost:8080/ || exit 1"
SERVES: dict[str, object] = {
    "inside": Inside(how="running", listening=(Socket(address="0.0.0.0", port=5001),)),  # noqa: S104 - text
    "answers": Answers(items=(Answer(method="GET", path="/", route="inside", address="127.0.0.1:5001", status=200),)),
}
OCI = 'OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": '
CASES = (
    fires(container(health=_health("/bin/sh: 1: curl: not found\n", CURL)), saw="calls `curl`", findings=1),
    fires(container(health=_health("/bin/sh: curl: not found\n", CURL, code=127)), saw="calls `curl`", name="busybox"),
    fires(container(health=_health(f"{OCI}executable file not found in $PATH: unknown", "curl", code=-1))),
    fires(container(health=_health("/bin/sh: 1: /check.sh: Permission denied", "/check.sh", code=126)), saw="must not"),
    fires(
        container(seen=SERVES, health=_health("curl: (7) Failed to connect to localhost port 8080", CURL, code=7)),
        saw="asks port 8080, the server listens on 5001",
    ),
    fires(
        container(
            seen=SERVES,
            health=_health(
                "curl: (22) The requested URL returned error: 404", "curl -f http://localhost:5001/health", code=22
            ),
        ),
        saw="asks for /health",
    ),
    quiet(
        container(
            seen=SERVES,
            health=_health("Health check exceeded timeout (5s)", "curl http://localhost:5001/", code=-1),
        ),
        name="too slow",
    ),
    quiet(
        container(health=_health("curl: (7) Failed to connect to localhost port 5001", "curl localhost:5001", code=7)),
        name="the server is not there: no fault of the command",
    ),
    quiet(
        container(health=_health("urllib.error.HTTPError: HTTP Error 502: Bad Gateway", "python check.py")),
        name="the server fails",
    ),
    quiet(container(), name="no health check"),
)
