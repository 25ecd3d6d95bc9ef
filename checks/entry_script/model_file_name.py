"""The script names a file that the model folder does not have.

What it finds
-------------
A path below AZUREML_MODEL_DIR that the script opens or loads, and that is not in the model folder which was given.

Why it breaks
-------------
AZUREML_MODEL_DIR is the folder of the model's version. A registered file lies directly in it, a registered folder
keeps its own name in between, so a wrong name or a forgotten folder ends in FileNotFoundError in init(): the worker
exits with code 3 and the log lists `Model Directory Contents:`.

How to fix
----------
Write the path as it is inside the model folder.

Learn more
----------
Source: product documentation, "Understand the scoring script".
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.given import with_models
from checks.entry_script.path_edits import likely_file, loaded_instead, model_files, renamed
from checks.entry_script.paths import Base, is_tested, left_without, path_uses, reached
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, ModelFolder
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.text import listed

LEFT = ("entry-script.exit-left", "runtime.exited", "runtime.crashed")


@check(
    "entry-script.model-file-name",
    needs=("tree", "models"),
    stage=Stage.INIT,
    explains=("runtime.model-file-missing", "runtime.file-missing", "runtime.is-a-directory", *RAISED, HIDDEN),
    helpers=True,
)
def model_file_name(evidence: Evidence) -> Iterator[Finding]:
    """Compare the paths below AZUREML_MODEL_DIR with the files that are there."""
    script, module = entry_script(evidence)
    files = model_files(evidence)
    assert isinstance(evidence.models, ModelFolder)
    if not files:
        return
    told: set[str] = set()
    uses = tuple(path_uses(module))
    named = {use.path.inside for use in uses if use.path.base is Base.MODEL}  # what the script opens as something else
    for use in uses:
        wanted, phases = use.path.inside, reach(module).phases(use.call)
        left = left_without(module, use.path)
        if (
            not (use.action in {"load", "open", "list"} or left)
            or use.path.base is not Base.MODEL
            or not use.path.complete
        ):
            continue
        if wanted in told or not phases or any(mark in wanted for mark in "*?<>{\\"):
            continue
        there = reached(wanted, files)
        if (
            there == ""
            or set(wanted.split("/")) == {".."}
            or any(f == there or f.startswith(f"{there}/") for f in files)
        ):
            continue
        told.add(wanted)
        tested = is_tested(module, use.path) and not left
        likely = likely_file(wanted, tuple(file for file in files if file not in named))
        seen = quotes(script, module, [*use.path.literals[-1:], use.call])
        yield Finding(
            title=f"`{wanted[-50:]}` is not in the model folder",
            severity=Severity.INFO if tested else None,
            stage=STAGES[phases[0]],
            evidence=(*seen, Quote(source=evidence.models.path, text=f"has {listed(files)}")),
            explains=() if tested else (*model_file_name.explains, *(LEFT if left else ())),
            about=(
                f"file:{posixpath.basename(wanted)}",
                f"file:{wanted}",
                *about_lines([use.call, *use.path.literals, *left]),
                *about_phases(phases),
            ),
            fixes=(
                Fix(
                    title=f"load `{likely}`",
                    edits=renamed(module, script, use.path, likely) or loaded_instead(module, script, use, likely),
                )
                if likely
                else Fix(title=f"put {posixpath.basename(wanted)[-40:]} into the model folder, or name what it has"),
            ),
        )


_INIT = "import os\nimport joblib\ndef init():\n    global model\n"
_LOAD = "    model = joblib.load(os.path.join(os.environ['AZUREML_MODEL_DIR'], {}))\n"
_RUN = "def run(data): return 1\n"
_NAMES = _INIT + "    names = open(os.environ['AZUREML_MODEL_DIR'] + '/names.json')\n" + _LOAD.format("'a.pkl'") + _RUN
_FOLDER = (
    "import os\nimport joblib\nfrom pathlib import Path\ndef init():\n    folder = os.environ['AZUREML_MODEL_DIR']\n"
)


_MODEL = 'os.path.join(os.environ["AZUREML_MODEL_DIR"], {})'


def _path(expression: str) -> str:
    return f"{_FOLDER}    joblib.load({expression})\n{_RUN}"


_ASKED = _FOLDER + (
    "    path = os.path.join(folder, 'a.pkl')\n    if not os.path.exists(path):\n        {}\n    joblib.load(path)\n"
)


CASES = (
    fires(
        with_models(_ASKED.format("raise SystemExit(1)") + _RUN, "v2/a.pkl"),
        saw="v2/a.pkl",
        line=6,
        name="left where it is not there",
    ),
    fires(
        with_models(_INIT + _LOAD.format("'model.pkl'") + _RUN, "outputs/model.pkl", "MLmodel"),
        saw="model.pkl",
        line=5,
        fixed=_INIT + _LOAD.format('"outputs/model.pkl"') + _RUN,
    ),
    fires(
        with_models(_INIT + _LOAD.format("'model.pkl'") + _RUN, "sklearn_model.pkl"),
        fixed=_INIT + _LOAD.format('"sklearn_model.pkl"') + _RUN,
    ),
    fires(
        with_models(
            "import os\nNAME = 'modle.onnx'\ndef init():\n"
            "    open(os.getenv('AZUREML_MODEL_DIR') + '/' + NAME)\n" + _RUN,
            "model.onnx",
            "labels.txt",
        ),
        saw="modle.onnx",
    ),
    fires(with_models(_INIT + _LOAD.format("'a', 'b.pkl'") + _RUN, "x.json", "y.json"), saw="x.json"),
    fires(
        with_models(_NAMES, "names.json"),
        saw="a.pkl",
        fixed=_NAMES,
        name="the only file is one that the script opens as something else",
    ),
    quiet(with_models(_INIT + _LOAD.format("'model.pkl'") + _RUN, "model.pkl")),
    quiet(with_models(_INIT + _LOAD.format("'outputs'") + _RUN, "outputs/model.pkl"), name="a folder"),
    quiet(with_models(_path("os.path.join(folder, 'a', '..', 'm.pkl')"), "m.pkl", "a/b.txt"), name="there and back"),
    quiet(with_models(_FOLDER + "    os.listdir(os.path.dirname(folder))\n" + _RUN, "m.pkl"), name="the folder above"),
    quiet(with_models(_INIT + "    name = os.listdir('.')[0]\n" + _LOAD.format("name") + _RUN, "model.pkl")),
    quiet(with_models(_INIT + _LOAD.format("f'{len(str(1))}.pkl'") + _RUN, "model.pkl"), name="computed"),
    quiet(
        with_models(
            "import glob, os\ndef init():\n"
            "    glob.glob(os.path.join(os.environ['AZUREML_MODEL_DIR'], '*.pkl'))\n" + _RUN,
            "a.onnx",
        )
    ),
    *(
        fires(with_models(_path(wrong), file), fixed=_path(right), name=f"a wrong folder: {wrong}")
        for wrong, file, right in (
            ("os.path.join(folder, 'sub', 'm.pkl')", "m.pkl", 'os.path.join(folder, "m.pkl")'),
            ("os.path.join(folder, 'sub', 'm.pkl')", "a/b/m.pkl", 'os.path.join(folder, "a", "b", "m.pkl")'),
            ("os.path.join(folder, 'sub',\n        'm.pkl')", "m.pkl", 'os.path.join(folder, "m.pkl")'),
            ("os.path.join(folder, 'sub/m.pkl')", "m.pkl", 'os.path.join(folder, "m.pkl")'),
            ("os.path.join(folder, '..', 'sub', 'm.pkl')", "sub/m.pkl", 'os.path.join(folder, "sub", "m.pkl")'),
            ("os.path.join(os.path.dirname(folder), 'sub', 'm.pkl')", "sub/m.pkl", _MODEL.format('"sub", "m.pkl"')),
            ("os.path.join(os.path.dirname(folder), 'm.pkl')", "m.pkl", _MODEL.format('"m.pkl"')),
            ("Path(folder).parent.parent / 'sub' / 'm.pkl'", "sub/m.pkl", _MODEL.format('"sub", "m.pkl"')),
            ("Path(folder) / 'sub' / 'm.pkl'", "m.pkl", 'Path(folder) / "m.pkl"'),
            ("Path(folder) / 'm.pkl'", "out/m.pkl", 'Path(folder) / "out/m.pkl"'),
            ("Path(folder).joinpath('sub', 'mx.pkl')", "m.pkl", 'Path(folder).joinpath("m.pkl")'),
            ("f'{folder}/sub/m.pkl'", "m.pkl", "f'{folder}/m.pkl'"),
            ("f'{folder}/m.pkl'", "sub/m.pkl", "f'{folder}/sub/m.pkl'"),
            ("folder + '/sub' + '/m.pkl'", "m.pkl", 'folder + "/m.pkl"'),
            (
                "os.path.join(os.path.join(folder, 'sub'), 'm.pkl')",
                "m.pkl",
                _MODEL.format('"m.pkl"'),
            ),
        )
    ),
)
