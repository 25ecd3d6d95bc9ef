"""Reading a health check: its command, its runs, and the address that it asks."""

import re
import shlex

from checks.container.seen import inspected
from checks.containers import Container, Health, HealthResult
from checks.finding import Quote
from checks.runtime.wording import one_line, seconds_of

_URL = re.compile(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(?P<port>\d+))?(?P<path>/[^\s\"'\\)|;&]*)?"
)

_ERROR = re.compile(r"(?:[\w.]+\.)?\w*(?:Error|Exception): |curl: \(\d+\)|wget: ")


def last_result(health: Health) -> HealthResult | None:
    """The last run, None when none is kept."""
    return health.results[-1] if health.results else None


def command_text(health: Health) -> str:
    """The health command as a person would type it."""
    words = health.test[1:] if health.test[:1] in {("CMD",), ("CMD-SHELL",)} else health.test
    return words[0] if len(words) == 1 else shlex.join(words)


def health_text(health: Health) -> str:
    """The command and its times, for a quote."""
    times = f"every {seconds_of(health.interval)}, timeout {seconds_of(health.timeout)}, {health.retries} retries"
    start = f", start period {seconds_of(health.start_period)}" if health.start_period else ", no start period"
    return f"health check: {one_line(command_text(health), 120)}\n{times}{start}"


def result_quote(seen: Container, result: HealthResult) -> Quote:
    """One run as evidence: its code, and the last line of what it wrote, which is where a traceback says most."""
    lines = [line for line in result.output.splitlines() if line.strip()]
    return inspected(seen, f"health check at {result.at}: exit code {result.exit_code}: {one_line(_last(lines))}")


def _last(lines: list[str]) -> str:
    """The last line that names an error, as that of a traceback; else the last one. The output may have been cut."""
    errors = [line for line in lines if _ERROR.match(line)]
    return [*lines[-1:], *errors[-1:]][-1] if lines else "(no output)"


def asked_port(health: Health) -> int | None:
    """The port of the container that the command asks over HTTP; None when it does not say one."""
    found = _URL.search(command_text(health))
    return None if found is None else int(found["port"] or (443 if found[0].startswith("https") else 80))


def asked_path(health: Health) -> str | None:
    """The path that the command asks for; None when it asks for none over HTTP."""
    found = _URL.search(command_text(health))
    return None if found is None else found["path"] or "/"


def patience(health: Health) -> float:
    """Seconds from the start until the engine calls the container unhealthy, when every run fails at once."""
    return health.start_period + health.interval * health.retries
