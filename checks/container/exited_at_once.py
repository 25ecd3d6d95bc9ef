"""The command came to its end at once, and served nothing.

What it finds
-------------
A container that ended with exit code 0 after a short time, without a sign of a server in its log: a shell, a script run
by Python, a server that went to the background.

Why it breaks
-------------
A container lives as long as its first process. `python score.py` defines init() and run() and ends, a shell without a
terminal ends, and a server that puts itself into the background leaves no process in front. With a restart policy this
repeats for ever.

How to fix
----------
Let the command be a server in the foreground that loads the entry script.

Learn more
----------
Product documentation, "Azure Machine Learning inference HTTP server". Dockerfile reference, CMD.
"""

import re
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.commands import base, is_python, serving_command
from checks.container.seen import (
    all_lines,
    command_of,
    command_quote,
    container_of,
    has_ended,
    last_that,
    lasted,
    state_quote,
)
from checks.container.starting import script_text
from checks.container.stopping import was_stopped
from checks.containers import Container, ContainerState, Inside
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled

AT_ONCE = 60  # seconds; a container that lived longer was something else than a wrong command
_SERVES = re.compile(
    r"Listening at: |Uvicorn running on|Running on (?:http|all addresses)|Serving on http|Booting worker|Started server"
    r"|Application startup complete|Serving HTTP|Server started|listening on|Started HTTPService"
)
_SERVICE = re.compile(
    r"^def (?:init|run)\(|\b(?:Flask|FastAPI|Starlette|HTTPServer|ThreadingHTTPServer)\(", re.MULTILINE
)
_SHELLS = frozenset({"bash", "sh", "dash", "ash", "zsh"})
_BACKGROUND = re.compile(r"--daemon\b|(?:^|[\s;&])(?:service|/etc/init\.d/\S+) \S*.*start|&\s*[\"']?$|\bnohup\b")


@check(
    "container.exited-at-once",
    needs=("container",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.restart-loop",
        "container.unhealthy",
        "container.nothing-listens",
        "logs.container-completed",
        "logs.log-empty",
        "logs.no-failure-shown",
        "logs.log-ends-early",
    ),
)
def exited_at_once(evidence: Evidence) -> Iterator[Finding]:
    """Say what the command was, why that ends, and what serves instead."""
    seen = container_of(evidence)
    if not has_ended(evidence) or seen.state.exit_code != 0 or seen.state.error or seen.state.oom_killed:
        return
    seconds = lasted(seen)
    if was_stopped(evidence) and seen.state.restarts == 0 and (seconds is None or seconds > 1):
        return
    if (seconds or 0) > AT_ONCE or (last_that(all_lines(evidence), _SERVES) and not _goes_to_background(seen)):
        return
    if _is_job(evidence, seen):
        return
    why = _why(seen)
    yield Finding(
        title=titled(f"`{_short(seen)}` ended at once{why}", 88),
        evidence=(command_quote(seen), state_quote(seen)),
        fixes=(
            Fix(title="let a server in the foreground be the command", commands=(serving_command(seen),))
            if not _goes_to_background(seen)
            else Fix(title="keep the server in the foreground", commands=(_foreground(seen),)),
        ),
    )


def _is_job(evidence: Evidence, seen: Container) -> bool:
    """True for a script that was read, was to run once, said something, and defines no service."""
    if seen.restart_policy != "no" or any(port.host_port is not None for port in seen.ports):
        return False
    if not seen.command or not is_python(base(seen.command[0])) or not all_lines(evidence):
        return False
    text = next((text for word in seen.command[1:] if (text := script_text(evidence, word)) is not None), None)
    return text is not None and not _SERVICE.search(text)


def _short(seen: Container) -> str:
    text = command_of(seen)
    return text if len(text) <= 34 else f"{text[:33]}…"


def _why(seen: Container) -> str:
    words = seen.command
    first = base(words[0]) if words else ""
    if _goes_to_background(seen):
        return ": it puts its server into the background"
    if first in _SHELLS and len(words) == 1:
        return ": a shell without a terminal"
    if is_python(first):
        return ": it defines functions, and serves nothing" if len(words) > 1 else ": there was nothing to read"
    return ": it serves nothing"


def _goes_to_background(seen: Container) -> bool:
    text = " ".join(seen.command)
    nginx = bool(seen.command) and base(seen.command[0]) == "nginx" and "daemon off" not in text
    return nginx or _BACKGROUND.search(text) is not None


def _foreground(seen: Container) -> str:
    text = " ".join(seen.command)
    if "nginx" in text and "gunicorn" not in text:
        return 'CMD ["nginx", "-g", "daemon off;"]'
    if "--daemon" in text:
        return text.replace(" --daemon", "")
    return serving_command(seen)


def _ended(*command: str, log: str = "") -> Evidence:
    state = ContainerState(
        status="exited", exit_code=0, started="2026-11-20T18:00:00Z", finished="2026-11-20T18:00:01Z"
    )
    return container(log, state=state, command=command)


LATER = ContainerState(status="exited", exit_code=0, started="2026-11-20T18:00:00Z", finished="2026-11-20T20:00:00Z")
CASES = (
    fires(_ended("python", "score.py"), saw="defines functions, and serves nothing", findings=1),
    fires(_ended("bash"), saw="a shell without a terminal"),
    fires(_ended("gunicorn", "--daemon", "app:app"), saw="into the background"),
    fires(_ended("nginx"), saw="into the background"),
    fires(_ended("sh", "-c", "service nginx start"), saw="into the background"),
    fires(
        container(
            state=ContainerState(status="restarting", exit_code=0, restarts=9),
            command=("python", "score.py"),
            restart_policy="always",
        ),
        saw="`python score.py` ended at once",
    ),
    fires(
        container(state=ContainerState(status="running", exit_code=0, restarts=5), command=("python", "score.py")),
        name="it runs for a moment",
    ),
    quiet(container(state=LATER, command=("/app/server",)), name="it ran for hours, and was ended somehow"),
    quiet(
        _ended(
            "azmlinfsrv",
            log="I [1] gunicorn.error - Listening at: http://0.0.0.0:5001 (1)\n"
            "I [1] gunicorn.error - Handling signal: term",
        ),
        name="stopped",
    ),
    quiet(container(state=ContainerState(status="exited", exit_code=3), command=("python", "score.py"))),
    quiet(
        _ended("python", "/app/job.py", log="scored 120 rows\n").replace(
            inside=Inside(how="frozen", texts={"/app/job.py": "print('scored 120 rows')\n"})
        ),
        name="a job that did its work",
    ),
    fires(
        _ended("python", "/app/app.py", log="loaded\n").replace(
            inside=Inside(how="frozen", texts={"/app/app.py": "app = Flask(__name__)\nprint('loaded')\n"})
        ),
        saw="ended at once",
        name="a service that nobody starts",
    ),
    quiet(container(command=("bash",)), name="it runs"),
)
