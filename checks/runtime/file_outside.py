"""A file is read that exists on this machine only.

What it finds
-------------
Files that the script read from outside the code folder, the model folder, the temporary folder and the interpreter: the
rehearsal passed because they are here.

Why it breaks
-------------
Only the code folder and the model folder travel into the container. There the same path names nothing, so the call
raises FileNotFoundError: in init() the worker exits with code 3, in run() the client gets 500.

How to fix
----------
Move the file into the model folder or beside the script, and build its path from `AZUREML_MODEL_DIR` or `__file__`.

Learn more
----------
Product documentation, "Understand the scoring script".
"""

from collections import defaultdict
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, ModelFolder, Opened, Phase, Raised, Script, Step
from checks.finding import Finding, Fix, Quote, Stage
from checks.runtime.failures import STAGES, Failure, line_of, probe_of, same_file, script_of
from checks.runtime.observed import answered, at, model_folder, seen, started
from checks.runtime.paths import MODEL_SUFFIXES, anchor_fix, near
from checks.runtime.touched import is_cache, is_foreign, place_of
from checks.runtime.wording import base_name, titled


@check("runtime.file-outside", needs=("probe",), stage=Stage.INIT)
def file_outside(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each line that reads such files."""
    by_place: dict[object, list[Opened]] = defaultdict(list)
    for opened in probe_of(evidence).opened:
        if is_foreign(opened) and not is_cache(opened.path):
            by_place[place_of(opened)].append(opened)
    for group in by_place.values():
        yield _finding(group, evidence)


def _finding(group: list[Opened], evidence: Evidence) -> Finding:
    first, script = group[0], script_of(evidence)
    name = base_name(first.path)
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    quotes = []
    in_script = first.at is not None and script is not None and same_file(first.at.path, script.path)
    if first.at:
        source = script.path if script and in_script else first.at.path
        quotes.append(Quote(source=source, line=first.at.line, text=line_of(first.at, script) or name))
    quotes += [Quote(source="probe", text=f"read {opened.path}") for opened in group[:3]]
    return Finding(
        title=titled(f"{name}{more} is read from a folder that stays on this machine", 88),
        evidence=tuple(quotes),
        stage=STAGES.get(first.phase),
        about=(
            f"phase:{first.phase.value}",
            *((f"line:{first.at.line}",) if first.at and in_script else ()),
            *(entry for opened in group[:5] for entry in (f"file:{base_name(opened.path)}", f"file:{opened.path}")),
        ),
        fixes=(_fix(first, script, evidence),),
    )


def _fix(opened: Opened, script: Script | None, evidence: Evidence) -> Fix:
    name = base_name(opened.path)
    if name.lower().endswith(MODEL_SUFFIXES):
        inside = (
            next(iter(near(opened.path, evidence.models)), name) if isinstance(evidence.models, ModelFolder) else name
        )
        anchor, title = 'os.environ["AZUREML_MODEL_DIR"]', f"read {inside} from the model folder"
    else:
        inside = name
        anchor, title = "os.path.dirname(os.path.abspath(__file__))", f"ship {name} beside the script"
    edit = None
    if opened.at and script and same_file(opened.at.path, script.path):
        error = Raised(type="FileNotFoundError", message="", frames=(opened.at,))
        step = Step(phase=opened.phase, outcome="raised", raised=error)
        edit = anchor_fix(
            Failure(step=step, outer=error, error=error, script=script), opened.path, anchor, inside, title
        )
    return edit or Fix(title=title, commands=(f'os.path.join({anchor}, "{inside}")',))


SCRIPT = """import os
import joblib

def init():
    global model
    model = joblib.load("/home/me/work/model.pkl")

def run(data): return 1
"""


def _opened(path: str, **more: object) -> Opened:
    record: dict[str, object] = {"mode": "read", "place": "elsewhere", "phase": Phase.INIT, "at": at(SCRIPT, "load(")}
    return Opened(path=path, **{**record, **more})  # type: ignore[arg-type]


def _read(*opened: Opened) -> Evidence:
    return seen(SCRIPT, *started(answered("1")), opened=opened, models=model_folder("model.pkl"))


CASES = (
    fires(
        _read(_opened("/home/me/work/model.pkl")),
        saw="model.pkl is read from a folder that stays on this machine",
        line=6,
        fixed=SCRIPT.replace('"/home/me/work/model.pkl"', 'os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl")'),
        findings=1,
    ),
    fires(_read(_opened("/data/labels.txt"), _opened("/data/units.txt")), saw="labels.txt and 1 more", findings=1),
    quiet(_read(_opened("/etc/hosts", place="system")), name="the system's own"),
    quiet(_read(_opened("/opt/tool/lib/python3.11/json/a.json")), name="another interpreter's"),
    quiet(_read(_opened("/home/me/.cache/huggingface/hub/a.bin")), name="a cache"),
    quiet(_read(_opened("/home/me/.config/matplotlib/matplotlibrc")), name="settings of a library"),
    quiet(_read(_opened("/home/me/work/model.pkl", found=False)), name="tried, and not there"),
    quiet(_read(_opened("/home/me/a.json", at=None)), name="not by the script"),
    quiet(_read(_opened("models/model.pkl", place="model"))),
)
