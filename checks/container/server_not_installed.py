"""The web server that is to serve the script is not installed.

What it finds
-------------
`azmlinfsrv`, `gunicorn` or another server as the command, in the image's start script or behind `python -m`, which is
not there; exit codes 96 and 127 of the start scripts of Azure ML images.

Why it breaks
-------------
The image starts, but nothing in it can serve the entry script. In an image with several environments the server may be
installed in one, and PATH lead to another.

How to fix
----------
Add `azureml-inference-server-http` to the environment of the service, or call the server by its path.

Learn more
----------
Product documentation, "Azure Machine Learning inference HTTP server". Exit code 96: start script of the inference
images.
"""

import re
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.commands import MODULES, SERVERS, base, package_of
from checks.container.seen import all_lines, command_quote, container_of, has_ended, inside_of, last_that, state_quote
from checks.container.starting import start_failure
from checks.containers import ContainerState, Inside
from checks.evidence import Evidence, Installed
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import titled

_MODULE = re.compile(rf"No module named '?(?P<module>{'|'.join(MODULES)})\b")
_RUNIT = re.compile(r"gunicorn/finish (?P<code>96|127) 0|exec: (?P<program>gunicorn|azmlinfsrv): not found")


@check(
    "container.server-not-installed",
    needs=("container",),
    stage=Stage.BUILD,
    explains=(
        "container.restart-loop",
        "container.package-not-inside",
        "container.import-breaks",
        "logs.server-command-missing",
        "logs.inference-server-missing",
        "logs.entrypoint-not-found",
        "logs.command-not-found",
        "logs.module-not-found",
        "logs.container-cannot-run",
        "logs.image-killed",
        "logs.program-missing",
        "logs.file-without-interpreter",
        "logs.exit-code-127",
    ),
)
def server_not_installed(evidence: Evidence) -> Iterator[Finding]:
    """Tell a server that is missing from one that PATH does not lead to."""
    seen = container_of(evidence)
    met = _met(evidence)
    if met is None:
        return
    server, quote = met
    package = MODULES.get(server) or package_of(server)
    installed = evidence.installed
    version = installed.distributions.get(package) if isinstance(installed, Installed) else None
    inside = inside_of(evidence)
    folder = inside.interpreter.rsplit("/", 1)[0] if inside and inside.interpreter else ""
    if version and server not in MODULES:
        title = f"`{base(server)}` is installed, and no folder of PATH has it"
        fixes: tuple[Fix, ...] = (
            Fix(
                title="call it by its path", commands=(f'CMD ["{folder or "<environment>/bin"}/{base(server)}", ...]',)
            ),
            Fix(title="put its folder on PATH", commands=(f'ENV PATH="{folder or "<environment>/bin"}:$PATH"',)),
        )
    else:
        title = f"the server is not installed in the image: `{base(server)}` is not there"
        fixes = (
            Fix(
                title="install it in the environment of the service",
                commands=(
                    f"RUN {inside.interpreter if inside and inside.interpreter else 'python'} -m pip install {package}",
                ),
            ),
            Fix(title=f"with a conda or requirements file, add the line `{package}` to it"),
        )
    found = (
        (Quote(source="inside", text=f"{package} {version} is installed for {inside.interpreter}"),)
        if (version and inside and inside.interpreter)
        else ()
    )
    yield Finding(
        title=titled(title, 88),
        evidence=(quote, *found, command_quote(seen), state_quote(seen)),
        confidence=Confidence.CERTAIN,
        fixes=fixes,
    )


def _met(evidence: Evidence) -> tuple[str, Quote] | None:
    """The server that was missed, and where that is said."""
    failure = start_failure(evidence)
    if failure and failure.kind == "not-found":
        name = base(failure.program)
        return (failure.program, failure.quote) if name in SERVERS else None
    seen = container_of(evidence)
    lines = all_lines(evidence)
    if (found := last_that(lines, _RUNIT)) and (has_ended(evidence) or found[1]["program"]):
        line, match = found
        return match["program"] or ("azmlinfsrv" if match["code"] == "96" else "gunicorn"), line.quote
    if (
        has_ended(evidence)
        and (named := last_that(lines[-3:], _MODULE))
        and f" {named[1]['module']}" in (f" {' '.join(seen.command)}")
    ):
        return named[1]["module"], named[0].quote
    return None


GONE = ContainerState(status="restarting", exit_code=127, restarts=3)
PATH = ContainerState(status="created", exit_code=127, error='exec: "azmlinfsrv": executable file not found in $PATH')
CASES = (
    fires(
        container(state=PATH, command=("azmlinfsrv", "--entry_script", "score.py")),
        saw="the server is not installed in the image: `azmlinfsrv`",
        findings=1,
    ),
    fires(
        container(
            seen={
                "installed": Installed(distributions={"azureml-inference-server-http": "1.5.1"}),
                "inside": Inside(how="frozen", interpreter="/opt/env/bin/python"),
            },
            state=PATH,
            command=("azmlinfsrv",),
        ),
        saw="is installed, and no folder of PATH has it",
    ),
    fires(container("sh: 1: gunicorn: not found", state=GONE, command=("sh", "-c", "gunicorn app:app")), line=1),
    fires(container("bash: line 1: exec: gunicorn: not found", state=GONE, command=("bash", "start.sh"))),
    fires(
        container(
            "2022-07-30T03:06:01,121212121+00:00 | gunicorn/finish | gunicorn/finish 96 0",
            state=ContainerState(status="exited", exit_code=111),
        ),
        saw="azmlinfsrv",
    ),
    fires(
        container(
            "/usr/bin/python3: No module named azureml_inference_server_http",
            state=ContainerState(status="exited", exit_code=1),
            command=("python3", "-m", "azureml_inference_server_http.amlserver"),
        ),
    ),
    quiet(
        container(
            "  File \"/app/score.py\", line 1\nModuleNotFoundError: No module named 'uvicorn'",
            state=ContainerState(status="exited", exit_code=3),
            command=("azmlinfsrv",),
        ),
        name="a module that the script asks for",
    ),
    quiet(
        container("sh: 1: jq: not found", state=GONE, command=("sh", "-c", "jq")),
        name="another program",
    ),
    quiet(container("gunicorn/finish 3 0", state=ContainerState(status="exited", exit_code=111))),
)
