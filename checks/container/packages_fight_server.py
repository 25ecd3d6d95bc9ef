"""Packages inside are not those that the inference server of this version works with.

What it finds
-------------
An installed package, Flask, Werkzeug or pydantic among them, whose version the installed release of
azureml-inference-server-http does not admit.

Why it breaks
-------------
A later `pip install` replaces what the server brought along, and pip only warns of it. The server then fails at its own
imports, before it reads the script, or answers some requests with 500.

How to fix
----------
Take the package out of what is installed beside the server, so that the server's own requirement holds. Where
the script needs the old version, take the older release of the server that admits it.

Learn more
----------
`pip check` tells the same. Source: `requires_dist` of the releases of azureml-inference-server-http.
"""

import re
from collections.abc import Iterator

from packaging.requirements import Requirement

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import made_by
from checks.container.seen import Told, answered, container_of, inside_of, last_start, name_of_image
from checks.containers import Answer, Answers, ContainerState
from checks.dependencies.subject import SERVER
from checks.dependencies.versions import parse, rows_cached
from checks.evidence import Evidence, Installed
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import titled
from checks.text import listed

_FRAME = re.compile(r'File "(?P<path>[^"]+)", line \d+')
_RAISED = re.compile(r"^(?:[\w.]+\.)?\w*(?:Error|Exception)\b: ")
_SCRIPT = re.compile(r"Found user script|Invoking user's init")


@check("container.packages-fight-server", needs=("container", "installed"), stage=Stage.LOAD)
def packages_fight_server(evidence: Evidence) -> Iterator[Finding]:
    """An error where the server itself failed and does not answer, else a warning."""
    found, installed = container_of(evidence), evidence.installed
    assert isinstance(installed, Installed), "declared in needs"
    release = installed.distributions.get(SERVER)
    clashes = _clashes(release, installed) if release else []
    if not release or not clashes:
        return
    names = [name for name, _, _ in clashes]
    said = None if answered(evidence) else _server_failed(last_start(evidence), names)
    first, version, wanted = clashes[0]
    others = f", and {len(clashes) - 1} more" if len(clashes) > 1 else ""
    inside = inside_of(evidence)
    python = inside.interpreter if inside and inside.interpreter else "python"
    pins = " ".join(f"'{name}{wanted}'" for name, _, wanted in clashes)
    again = f"build {name_of_image(found)} again" if made_by(found) != "deployment" else "build the image again"
    yield Finding(
        title=titled(
            f"{first} {version} is inside, and the inference server {release} wants {first}{wanted}{others}", 88
        ),
        evidence=(
            *(said.quote for said in ([said] if said else [])),
            *(
                Quote(source=f"{SERVER} {release}", text=f"requires {name}{wanted}; inside is {name} {version}")
                for name, version, wanted in clashes[:4]
            ),
        ),
        severity=Severity.ERROR if said else Severity.WARNING,
        confidence=Confidence.CERTAIN if said else Confidence.LIKELY,
        about=() if said else tuple(f"module:{name.replace('-', '_')}" for name in names),
        fixes=(
            Fix(title=f"leave {listed(names, 3)} out of what is installed beside the server, and {again}"),
            Fix(title="put back what the server wants", commands=(f"RUN {python} -m pip install {pins}",)),
        ),
    )


def _clashes(release: str, installed: Installed) -> list[tuple[str, str, str]]:
    """Name, version inside and what is wanted, of each requirement of this release that is not met."""
    wanted = next((row[2] for row in rows_cached("server_requires") if row[0] == release), "")
    found = []
    for text in wanted.split(";") if wanted else ():
        one = Requirement(text)
        version = installed.distributions.get(one.name.lower().replace("_", "-"))
        if version and parse(version) and not one.specifier.contains(version, prereleases=True):
            found.append((one.name, version, str(one.specifier)))
    return found


def _server_failed(lines: tuple[Told, ...], names: list[str]) -> Told | None:
    """The last exception that came out of the imports of such a package, before the script was reached."""
    modules = {name.replace("-", "_").lower() for name in names}
    met, raised = False, None
    for line in lines:
        if _SCRIPT.search(line.text):
            return None
        if frame := _FRAME.search(line.text):
            met = met or bool(modules & set(frame["path"].lower().split("/")))
        elif met and _RAISED.search(line.text):
            raised, met = line, False
    return raised


TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/envs/a/bin/azmlinfsrv", line 5, in <module>\n'
    "    from azureml_inference_server_http.amlserver import run\n"
    '  File "/envs/a/lib/python3.11/site-packages/flask/__init__.py", line 14, in <module>\n'
    "    from jinja2 import escape\n"
    "ImportError: cannot import name 'escape' from 'jinja2' (/envs/a/lib/python3.11/site-packages/jinja2/__init__.py)\n"
)
OLD = Installed(distributions={SERVER: "1.5.1", "flask": "1.1.4", "werkzeug": "3.1.9"})
OK = Answers(items=(Answer(method="GET", path="/", route="inside", address="127.0.0.1:5001", status=200),))
ENDED = ContainerState(status="exited", exit_code=1, started="2026-11-20T18:07:02Z")
CASES = (
    fires(
        container(TRACE, seen={"installed": OLD}, state=ENDED),
        saw="flask 1.1.4 is inside, and the inference server 1.5.1 wants flask",
        findings=1,
    ),
    fires(container(TRACE, seen={"installed": OLD}, state=ENDED), saw="cannot import name 'escape'"),
    fires(container(seen={"installed": OLD, "answers": OK}), saw="flask 1.1.4", name="it answers: a warning"),
    quiet(container(TRACE, seen={"installed": Installed(distributions={SERVER: "1.5.1", "flask": "3.1.3"})})),
    quiet(container(TRACE, seen={"installed": Installed(distributions={"flask": "1.1.4"})}), name="another server"),
    quiet(container(seen={"installed": Installed(distributions={SERVER: "99.0", "flask": "1.1.4"})}), name="not known"),
)
