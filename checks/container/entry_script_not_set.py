"""Nothing tells the server which script to load, and there is no main.py.

What it finds
-------------
A server of Azure ML whose container has neither `AZUREML_ENTRY_SCRIPT` nor `--entry_script`, and no `main.py` in the
app root.

Why it breaks
-------------
Without a name the server imports a module `main` from `AML_APP_ROOT`. There is none, so the worker exits with code 3;
the command line of the server alone exits with code 1.

How to fix
----------
Set `AZUREML_ENTRY_SCRIPT` to the script's path below `AML_APP_ROOT`, or give `--entry_script`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/aml_blueprint.py` and `amlserver.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import log_lines
from checks.container.places import Places, app_root, container_of, is_server, places_of, tail
from checks.container.scenes import APP, file, folder, frozen, seen
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.wording import titled
from checks.text import listed

_SAID = re.compile(
    r"No score script found\. Expected score script main\.py|Either provide an entry_script using --entry_script"
)
_DEFINES = re.compile(r"^(?:async )?def run\(", re.MULTILINE)


@check(
    "container.entry-script-not-set",
    needs=("container", "inside"),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("logs.main-script-not-found", "logs.entry-script-argument-missing", "container.exited-at-once"),
)
def entry_script_not_set(evidence: Evidence) -> Iterator[Finding]:
    """Look for a name, then for main.py, then for scripts that could be meant."""
    container, places = container_of(evidence), places_of(evidence)
    options = container.server_options or {}
    if container.environment.get("AZUREML_ENTRY_SCRIPT") or options.get("entry_script") or "config_file" in options:
        return
    root = app_root(container)
    said = next(log_lines(evidence, _SAID), None)
    if said is None and not (
        is_server(container) and container.tells_all_variables and places.lacks(f"{root}/main.py")
    ):
        return
    if places.has(f"{root}/main.py"):
        return
    scripts = _scripts(places, root)
    name = scripts[0] if scripts else "<script>"
    yield Finding(
        title=titled(f"AZUREML_ENTRY_SCRIPT is not set, and {tail(root)} has no main.py", 88),
        evidence=(
            *((said[0],) if said else ()),
            Quote(source="container", text=f"sets {listed(sorted(container.environment), 8)}"),
            Quote(source=root, text=f"holds {listed(scripts, 8)}" if scripts else "holds no script with run()"),
        ),
        about=("variable:AZUREML_ENTRY_SCRIPT",),
        fixes=(
            Fix(
                title=f"set AZUREML_ENTRY_SCRIPT to {name}",
                safety=Safety.REVIEW if scripts else Safety.PLACEHOLDER,
                commands=(f"-e AML_APP_ROOT={root} -e AZUREML_ENTRY_SCRIPT={name}",),
            ),
        ),
    )


def _scripts(places: Places, root: str) -> tuple[str, ...]:
    """Python files below the root, those that define run() alone where their text is known."""
    found = sorted(p for p in places.below(root) if p.endswith(".py"))
    texts = places.inside.texts
    entries = [p for p in found if _DEFINES.search(texts.get(p, ""))]
    named = entries or [p for p in found if "score" in p.rsplit("/", 1)[-1].lower()] or found
    return tuple(p[len(root.rstrip("/")) + 1 :] for p in named)


FOUND = "2026-11-20 18:07:02,940 E [9] azmlinfsrv - No score script found. Expected score script main.py.\n"
RUN = {f"{APP}/predict.py": "def init(): ...\ndef run(data): return 1\n"}
ROOT = {"AML_APP_ROOT": APP}

CASES = (
    fires(
        seen(frozen(folder(APP, "helpers.py", "predict.py"), texts=RUN), FOUND, environment=ROOT),
        saw="holds predict.py",
        findings=1,
    ),
    fires(seen(frozen(folder(APP, file("a.txt"))), FOUND, environment={}), saw="no script with run()"),
    fires(
        seen(frozen(folder("/srv", "score.py")), environment={}, command=("azmlinfsrv",), working_dir="/srv"),
        saw="/srv has no main.py",
    ),
    quiet(seen(frozen(folder(APP, "main.py", "score.py")), FOUND, environment=ROOT), name="main.py fails by itself"),
    quiet(seen(frozen(folder(APP, "score.py")), FOUND), name="it is set"),
    quiet(seen(frozen(folder(APP, "app.py")), environment={}, command=("gunicorn", "app:app")), name="another server"),
    quiet(
        seen(frozen(folder("/srv", "a.py")), environment={}, command=("azmlinfsrv", "--entry_script", "a.py")),
        name="given on the command line",
    ),
)
