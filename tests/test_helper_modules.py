"""Modules of one's own that the entry script imports are read as it is, each with its own file and lines."""

from pathlib import Path

import pytest

from checks.entry_script.helpers import imported_by
from checks.entry_script.module import parse
from checks.finding import Finding
from doctor.engine import Options, examine
from doctor.gate import fixed

CALLS = "import helper\ndef init(): helper.load()\ndef run(raw): return helper.predict(raw)\n"
LOST = "model = None\ndef load():\n    model = max\ndef predict(raw):\n    return model(raw)\n"
KEPT = LOST.replace("def load():\n", "def load():\n    global model\n")
HOME = "    return open('/home/anna/model.pkl')\n"


def found(folder: Path, files: dict[str, str]) -> tuple[Finding, ...]:
    """What reading says of a service; its files go without `.py`."""
    for name, text in files.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return examine(folder / "score.py", Options(run=False)).report.findings


def places(findings: tuple[Finding, ...]) -> list[tuple[str, str, int | None]]:
    return [(one.id, Path(one.evidence[0].source).name, one.evidence[0].line) for one in findings]


def test_a_helper_has_its_own_file_and_line_and_is_fixed_there(tmp_path: Path) -> None:
    findings = found(tmp_path, {"score": CALLS, "helper": LOST})
    assert places(findings) == [("entry-script.model-not-global", "helper.py", 3)]
    assert {"name:model", "line:helper.py:5", "phase:run"} <= set(findings[0].about)
    options = Options(run=False)
    after, made = fixed(examine(tmp_path / "score.py", options), options, lambda _: None)
    assert (made, after.report.findings) == (1, ())
    assert (tmp_path / "helper.py").read_text() == KEPT
    assert (tmp_path / "score.py").read_text() == CALLS


SCORE = "def init(): ...\ndef run(raw): return load()\n"


@pytest.mark.parametrize(
    "files",
    [
        {"score": "from helper import load\n" + SCORE, "helper": "def load():\n" + HOME},
        {"score": "from helper import *\n" + SCORE, "helper": "def load():\n" + HOME},
        {
            "score": "from pack import load\n" + SCORE,
            "pack/__init__": "from .helper import load\n",
            "pack/helper": "def load():\n" + HOME,
        },
        {"score": "from helper import init, run\n", "helper": "def init(): ...\ndef run(raw):\n" + HOME},
        {
            "score": "from helper import Loader\ndef init(): Loader().open()\ndef run(raw): return 1\n",
            "helper": "class Loader:\n    def open(self):\n    " + HOME,
        },
        {
            "score": "import first\ndef init(): first.go()\ndef run(raw): return 1\n",
            "first": "import helper, score\ndef go(): helper.load()\n",
            "helper": "import first\ndef load():\n" + HOME,
        },
    ],
    ids=["from", "star", "package", "re-export", "method", "through another, in a circle"],
)
def test_what_the_service_enters_is_read(files: dict[str, str], tmp_path: Path) -> None:
    told = places(found(tmp_path, files))
    assert [one[:2] for one in told] == [("entry-script.absolute-path", "helper.py")]


@pytest.mark.parametrize(
    "files",
    [
        {"score": CALLS, "helper": KEPT + "def train():\n" + HOME},
        {"score": CALLS, "helper": KEPT + "if __name__ == '__main__':\n" + HOME.replace("return ", "")},
        {"score": SCORE.replace("load()", "1"), "helper": "def load():\n" + HOME},
        {"score": CALLS, "helper": KEPT + "def load(:\n"},
        {"score": "import json\n" + SCORE.replace("load()", "json.loads(raw)"), "json": "def loads(x):\n" + HOME},
        {
            "score": CALLS,
            "helper": LOST.replace("max\n", "max  # doctor: ignore[entry-script.model-not-global] mine\n"),
        },
    ],
    ids=["never called", "main guard", "not imported", "does not parse", "the standard library's name", "comment"],
)
def test_what_it_does_not_is_not(files: dict[str, str], tmp_path: Path) -> None:
    assert {name for _, name, _ in places(found(tmp_path, files))} <= {"score.py"}


def test_imported_names_are_seen_from_the_module() -> None:
    module = parse("import a.b\nfrom c import d\nfrom . import e\nfrom .f import g\nfrom ..h import *\n")
    assert list(imported_by(module, "pack.sub.me")) == [
        "a.b",
        "c",
        "c.d",
        *("pack.sub", "pack.sub.e"),
        "pack.sub.f",
        "pack.sub.f.g",
        "pack.h",
    ]
    assert "pack.sub.e" in imported_by(module, "pack.sub", package=True)
