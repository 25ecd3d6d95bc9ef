"""From a broken service to a healthy one in a real terminal, and in terminals of all kinds."""

import shlex
from pathlib import Path

import pytest
from screens.journeys import sample_copy
from screens.terminal import Terminal, terminal

BROKEN = "import os\n\ndef init():\n    os.environ['NOWHERE_TO_BE_SEEN']\n\ndef run(data):\n    return data\n"


def state(terminal: Terminal) -> tuple[str, str, bool]:
    """How the terminal reads and shows, which a program must leave as it found it."""
    return terminal.answer("stty -a"), terminal.modes, terminal.is_alternate


def opened(shell: Terminal, *words: str, before: str = "") -> None:
    shell.type(f"clear; {before} doctor tui {shlex.join(words)}; echo code=$?")
    shell.until(lambda: shell.is_alternate)


def broken(folder: Path) -> str:
    (folder / "service").mkdir()
    (folder / "service" / "score.py").write_text(BROKEN)
    return str(folder / "service" / "score.py")


def test_from_broken_to_healthy(tmp_path: Path) -> None:
    script = sample_copy("model-not-global", tmp_path)
    with terminal(tmp_path / "terminal") as shell:
        before = state(shell)
        opened(shell, str(script))
        shell.reads("init() keeps `model`", "✗ failing")
        shell.press("f")
        shell.reads("+    global model", "Apply")
        assert "    global model" not in script.read_text()
        shell.press("Enter")
        shell.reads("✓ healthy", "gone: init() keeps `model`")
        assert "    global model" in script.read_text()
        shell.press("q")
        shell.reads("code=0")
        shell.until(shell.is_clean, 10)
        assert state(shell) == before


def test_a_real_terminal_changes_its_size(tmp_path: Path) -> None:
    with terminal(tmp_path / "terminal", 100, 30) as shell:
        opened(shell, broken(tmp_path), "--no-run")
        shell.reads("1 targets")
        shell.resize(20, 5)
        shell.until(lambda: len(shell.screen().splitlines()[0]) <= 20 and "[2" in shell.screen())
        for key in ("1", "3", "4", "2"):
            shell.press(key)
            shell.until(lambda key=key: f"[{key}" in shell.screen())  # type: ignore[misc]
        shell.resize(100, 30)
        shell.reads("1 targets [2 causes]", "doctor")
        shell.press("q")
        shell.reads("code=0")


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "xterm"},
        {"TERM": "vt100", "COLORTERM": ""},
        {"TERM": "no-such-terminal"},
        {"NO_COLOR": "1"},
        {"LANG": "C", "LC_ALL": "C"},
        {"LANG": "C", "LC_ALL": "", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "nowhere.ISO-8859-1", "LC_ALL": "nowhere.ISO-8859-1"},
    ],
    ids=lambda given: " ".join(f"{name}={value}" for name, value in given.items()),
)
def test_terminals_of_all_kinds(tmp_path: Path, environment: dict[str, str]) -> None:
    with terminal(tmp_path / "terminal", 80, 24, **environment) as shell:
        before = state(shell)
        opened(shell, broken(tmp_path), "--no-run")
        shell.reads("causes", "inconclusive")
        assert "Traceback" not in shell.screen()
        if "NO_COLOR" in environment:
            colors = [one for one in shell.raw().split("\x1b[")[1:] if ";2;" in one.split("m")[0]]
            parts = [one.split("m")[0].split(";") for one in colors]
            assert all(len(set(one[2:5])) == 1 for one in parts), parts  # grey at most
        shell.press("q")
        shell.reads("code=0")
        assert state(shell) == before


@pytest.mark.parametrize(
    ("way", "missing", "instead"),
    [
        ("doctor tui < /dev/null", "standard input and output and error are none", "`doctor check score.py`"),
        ("doctor tui score.py | cat", "standard output and error are none", "`doctor check score.py`"),
        (
            "echo q | doctor tui docker score",
            "standard input and output and error are none",
            "`doctor diagnose docker score`",
        ),
        (
            "doctor tui < /dev/null 2>&1 | cat",
            "standard input and output and error are none",
            "`doctor diagnose docker",
        ),
        ("TERM=dumb doctor tui", "TERM=dumb says that this one cannot", "`doctor check score.py`"),
    ],
)
def test_without_a_terminal_it_says_so(tmp_path: Path, way: str, missing: str, instead: str) -> None:
    with terminal(tmp_path / "terminal", 80, 24) as shell:
        (tmp_path / "terminal" / "score.py").write_text("def init(): ...\ndef run(data): return data\n")
        if "dumb" in way:  # in a terminal indeed: what it shows is the answer
            shell.type("clear; TERM=dumb doctor tui; echo code=$?")
            shell.reads("code=2")
            said = shell.screen()
            assert not shell.is_alternate
        else:
            said = shell.answer(f"set -o pipefail; {way}; echo code=$?")
            assert len(said.splitlines()) == 2, "one line, and that of the code"
        assert "code=2" in said
        for part in ("the screens need a terminal", missing, instead):
            assert part in " ".join(said.split()) or part.replace(" ", "") in "".join(said.split())
        assert "Traceback" not in said
        assert "\x1b" not in said
