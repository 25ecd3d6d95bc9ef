"""A file is written into a folder that is not there.

What it finds
-------------
A `FileNotFoundError`, or SQLite's `unable to open database file`, for a file or folder that the script was to make: a
log handler, `open(..., "w")`, `os.makedirs`, `np.save`, `to_csv`, the target of a copy.

Why it breaks
-------------
A file can only be made in a folder that exists. The container starts from the image each time: folders that were made
on another machine, or beside it, are not in it, and the code and model folders may be read-only.

How to fix
----------
Write to the temporary folder, or send log lines to standard output: the platform collects it.

Learn more
----------
Python documentation, `tempfile` and `logging.StreamHandler`.
"""

import ast
import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Frame, Opened, Phase
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, library, model_folder, raised_in, seen, started
from checks.runtime.paths import inside_models, requote, string_literals
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, titled
from checks.runtime.writing import unwritten_path

_MODELS = (
    "The model folder is mounted in the container, often read-only, and holds what was registered: a folder cannot be "
    "counted on to be made there. The write fails."
)


@check(
    "runtime.written-folder-missing", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED
)
def written_folder_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the folder, and a place that can be written."""
    for failure in told_by("runtime.written-folder-missing", evidence):
        path = unwritten_path(failure, evidence)
        if not path:
            continue
        name, folder = base_name(path), posixpath.dirname(path.replace("\\", "/").rstrip("/"))
        in_models = inside_models(path, evidence) is not None
        what = f"{folder}, a folder that is not there" if folder else "a folder that is not there"
        if in_models:
            what = "the model folder, below a folder that is not there"
        yield failure.finding(
            titled(f"{name} is to be written into {what}", 96),
            why=_MODELS if in_models else "",
            about=(f"file:{name}", f"file:{path}"),
            fixes=tuple(_fixes(failure, path, name)),
        )


def _fixes(failure: Failure, path: str, name: str) -> Iterator[Fix]:
    if any(
        base_name(posixpath.dirname(frame.path)) == "logging" for frame in failure.error.frames
    ) or "FileHandler" in (failure.own.code if failure.own else ""):
        yield Fix(
            title="send the log to standard output, which the platform keeps",
            commands=("logging.StreamHandler(sys.stdout)",),
        )
    yield _temporary(failure, path, name)


def _temporary(failure: Failure, path: str, name: str) -> Fix:
    """The path in the temporary folder; as an edit where the script holds it as one literal."""
    title, code = "write to the temporary folder", f'os.path.join(tempfile.gettempdir(), "{name}")'
    module, script = failure.module, failure.script
    literals = string_literals(module, path) if module else []
    if module is None or script is None or len(literals) != 1 or literals[0][1] != path:
        return Fix(title=title, commands=(code,))
    node, above = literals[0][0], module.parent(literals[0][0])
    if not isinstance(above, (ast.Call, ast.Assign, ast.keyword)) or (
        isinstance(above, ast.Call) and (module.called(above) or "").endswith(("path.join", ".joinpath"))
    ):
        return Fix(title=title, commands=(code,))
    lacking = "".join(f"import {m}\n" for m in ("os", "tempfile") if module.aliases.get(m) != m)
    edits = [module.replace(script.path, node, f"os.path.join(tempfile.gettempdir(), {requote(module, node, name)})")]
    if lacking:
        edits.append(module.insert(script.path, module.import_line, lacking))
    return Fix(title=title, safety=Safety.REVIEW, edits=tuple(edits))


SCRIPT = """import os
import shutil

def init():
    with open("/srv/answers/last.json", "w") as target:
        target.write("{}")

def run(data): return 1
"""
LOG = """import logging, os

def init():
    logging.getLogger().addHandler(logging.FileHandler(PATH))

def run(data): return 1
"""
HANDLER = library("/usr/lib/python3.11/logging/__init__.py", 1200, "_open", "return open_func(self.baseFilename,")


def _lacks(text: str, needle: str, path: str, *frames: Frame, mode: str = "", found: bool = False) -> Evidence:
    message = f"[Errno 2] No such file or directory: '{path}'"
    here = at(text, needle)
    opened = (Opened(path=path, mode=mode, place="elsewhere", phase=Phase.INIT, at=here, found=found),)  # type: ignore[arg-type]
    step = raised_in(Phase.INIT, "FileNotFoundError", message, here, *frames, filename=path)
    return seen(text, step, models=model_folder("model.pkl"), opened=opened if mode else ())


def _plain(line: str, path: str) -> Evidence:
    return _lacks(f"def init():\n    {line}\n\ndef run(data): return 1\n", line, path)


_SQLITE = 'import sqlite3\n\ndef init():\n    sqlite3.connect("/var/lib/score/a.db")\n\ndef run(data): return 1\n'
CSV = 'def init():\n    frame.to_csv("/mnt/a/b.csv")\n\ndef run(data): return 1\n'

CASES = (
    fires(
        _lacks(SCRIPT, "open(", "/srv/answers/last.json"),
        saw="last.json is to be written into /srv/answers, a folder that is not there",
        line=5,
        fixed="import tempfile\n"
        + SCRIPT.replace('"/srv/answers/last.json"', 'os.path.join(tempfile.gettempdir(), "last.json")'),
        findings=1,
    ),
    fires(_lacks(LOG, "FileHandler", "/var/log/model/score.log", HANDLER), saw="score.log is to be written", fixed=LOG),
    fires(_lacks(LOG, "FileHandler", "models/logs/app.log", HANDLER), saw="into the model folder", name="model folder"),
    fires(_lacks(SCRIPT, "target.write", "/srv/x.bin", mode="write"), saw="x.bin", name="as the audit hook saw it"),
    fires(_plain('os.makedirs(os.path.join(P, "cache"))', "/mnt/a/cache"), saw="cache is to be written into /mnt/a"),
    fires(_plain("np.save(P, values)", "/mnt/a/b.npy"), saw="/mnt/a"),
    fires(_plain("joblib.dump(model, P)", "/mnt/a/m.joblib"), saw="m.joblib", name="a model that is written"),
    fires(_plain("frame.to_csv(P)", "/mnt/a/b.csv"), saw="/mnt/a"),
    fires(
        seen(
            _SQLITE,
            raised_in(Phase.INIT, "OperationalError", "unable to open database file", at(_SQLITE, "connect")),
            opened=(
                Opened(
                    path="/var/lib/score/a.db",
                    mode="read",
                    place="elsewhere",
                    phase=Phase.INIT,
                    at=at(_SQLITE, "connect"),
                    found=False,
                ),
            ),
        ),
        saw="a.db is to be written into /var/lib/score",
    ),
    fires(
        seen(
            CSV,
            raised_in(
                Phase.INIT, "OSError", "Cannot save file into a non-existent directory: '/mnt/a'", at(CSV, "to_csv")
            ),
        ),
        saw="b.csv is to be written into /mnt/a",
        name="in pandas' words",
    ),
    quiet(_plain('open("labels.txt")', "labels.txt"), name="a file to be read"),
    quiet(_plain('open("labels.txt", "r+")', "labels.txt"), name="a file to be updated"),
    quiet(_lacks(SCRIPT, "open(", "labels.txt", mode="read"), name="read, as the audit hook saw it"),
    quiet(_lacks(SCRIPT, "target.write", "/srv/x.bin", mode="write", found=True), name="the folder is there"),
    quiet(_plain("np.load(P)", "a.npy"), name="a library reads"),
    quiet(_plain("copy_of = pickle.load(open(P, 'rb'))", "model.pkl"), name="a model to be read"),
    quiet(seen(SCRIPT, *started())),
)
