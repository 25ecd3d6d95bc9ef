"""A file of the code is read as the configuration of the inference server, and is none.

What it finds
-------------
A `config.json` or `logging.json` in `AML_APP_ROOT` or beside the entry script that the server could not use: by the
words of its log, held against the content of the file.

Why it breaks
-------------
The server takes `config.json` in these two folders for its settings and `logging.json` for a configuration of Python's
logging. A file of that name with another purpose (the configuration of a model, a list of columns, settings of the
application) is refused, and the worker exits with code 3.

How to fix
----------
Give the file another name, or keep it in a sub-folder, and let the script read it from there.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/config.py` (`get_config_file`) and `log_config.py`.
"""

import json
import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.places import app_root, code_root, container_of, places_of
from checks.container.scenes import APP, folder, frozen, seen
from checks.container.seen import blamed, last_start, last_that
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import one_line, titled

NAMES = ("config.json", "logging.json")
_RAISED = re.compile(r"^(?:[\w.]+\.)?\w*(?:Error|Exception)\b: ")
_OF_LOGGING = re.compile(r"logging/config\.py|log_config\.py|dictConfig|dictionary doesn't specify")


@check(
    "container.server-config-taken",
    needs=("container", "inside"),
    stage=Stage.LOAD,
    explains=("logs.server-config-file-broken",),
)
def server_config_taken(evidence: Evidence) -> Iterator[Finding]:
    """Name the file, and what is in it instead."""
    told = blamed(evidence, "server-config-file-broken")
    if not told:
        return
    container, places = container_of(evidence), places_of(evidence)
    if container.environment.get("AZUREML_CONFIG_FILE"):
        return
    roots = dict.fromkeys((app_root(container), code_root(container)))
    there = [path for root in roots for name in NAMES if places.has(path := posixpath.join(root, name))]
    wrong = {path: why for path in there if (why := _wrong(path, places.inside.texts.get(path)))}
    lines = last_start(evidence)
    if not wrong:
        of_logging = last_that(lines, _OF_LOGGING) is not None
        wrong = {path: "" for path in there if path.endswith("logging.json") is of_logging}
    if not wrong:
        return
    path, why = next(iter(wrong.items()))
    name = posixpath.basename(path)
    what = "the configuration of Python's logging" if name == "logging.json" else "its own settings"
    raised = last_that(lines, _RAISED)
    yield Finding(
        title=titled(f"the server reads {name} of the code as {what}", 88),
        evidence=(
            Quote(
                source=path,
                text=f"{why or 'it is there'}: {one_line(places.inside.texts.get(path, ''), 120)}".rstrip(": "),
            ),
            *(line.quote for line in told[:1]),
            *((raised[0].quote,) if raised else ()),
        ),
        confidence=Confidence.CERTAIN if why else Confidence.LIKELY,
        about=(f"file:{path}", f"file:{name}"),
        fixes=(
            Fix(
                title=f"give {name} another name, or move it into a sub-folder, and read it from there in the script",
                commands=(
                    f"git mv {name} app_config.json" if name == "config.json" else f"git mv {name} app_logging.json",
                ),
            ),
        ),
    )


def _wrong(path: str, text: str | None) -> str:
    """What keeps the server from using the file; empty where nothing is seen to."""
    if text is None:
        return ""
    try:
        read = json.loads(text)
    except ValueError:
        return "it is no JSON"
    if not isinstance(read, dict):
        return f"it holds a {'list' if isinstance(read, list) else 'single value'}, no object"
    if path.endswith("logging.json") and "version" not in read:
        return "it has no `version`, which logging.config.dictConfig requires"
    return ""


def _log(*traceback: str) -> str:
    return "\n".join(
        (
            "2026-11-21 20:20:47,469 C [7] azmlinfsrv - Invalid config file!: Traceback (most recent call last):",
            *traceback,
            "",
            "2026-11-21 20:20:47,470 I [7] gunicorn.error - Worker exiting (pid: 7)",
            "2026-11-21 20:20:47,600 E [1] gunicorn.error - Worker (pid:7) exited with code 3.",
            "2026-11-21 20:20:47,600 E [1] gunicorn.error - Reason: Worker failed to boot.",
            "",
        )
    )


LIST = _log(
    '  File "/a/lib/python3.11/site-packages/azureml_inference_server_http/server/config.py", line 80, in __call__',
    "    field_value = file_content_json.get(field.alias)",
    "AttributeError: 'list' object has no attribute 'get'",
)
LOGGING = _log(
    '  File "/usr/lib/python3.11/logging/config.py", line 486, in configure',
    '    raise ValueError("dictionary doesn\'t specify a version")',
    "ValueError: dictionary doesn't specify a version",
)
BOTH = folder(APP, "score.py", "config.json", "logging.json")
CASES = (
    fires(
        seen(frozen(BOTH, texts={f"{APP}/config.json": '["a", "b"]'}), LIST),
        saw="the server reads config.json of the code as its own settings",
        findings=1,
    ),
    fires(
        seen(frozen(BOTH, texts={f"{APP}/config.json": "{}", f"{APP}/logging.json": '{"level": "INFO"}'}), LOGGING),
        saw="it has no `version`",
        findings=1,
    ),
    fires(seen(frozen(BOTH), LOGGING), saw="the server reads logging.json", name="its content was not read"),
    fires(
        seen(
            frozen(folder(APP, "src/score.py", "src/config.json"), texts={f"{APP}/src/config.json": "{a"}),
            LIST,
            environment={"AML_APP_ROOT": APP, "AZUREML_ENTRY_SCRIPT": "src/score.py"},
        ),
        saw="it is no JSON",
        name="beside the script",
    ),
    quiet(seen(frozen(BOTH, texts={f"{APP}/config.json": '["a"]'})), name="the server said nothing of it"),
    quiet(seen(frozen(folder(APP, "score.py", "m/config.json")), LIST), name="it lies where the server does not look"),
)
