"""A folder of services: one that lacks a function is shown with the others, and a helper is not taken for one."""

from pathlib import Path

from doctor.collectors.script import find_scripts
from doctor.discovery import Discovery

WHOLE = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"


def made(folder: Path, **texts: str) -> Path:
    """Files by their names, `__` for a slash."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def found(folder: Path) -> tuple[set[str], set[str]]:
    """What `doctor check` examines, and what the screen of targets lists."""
    examined = {path.relative_to(folder).as_posix() for path in find_scripts(folder)}
    listed = {one.path.relative_to(folder).as_posix() for one in Discovery(folder) if one.kind == "script"}
    return examined, listed


def test_a_service_without_run_is_not_dropped(tmp_path: Path) -> None:
    predict = WHOLE.replace("run(", "predict(")
    folder = made(tmp_path, a__score=WHOLE, b__score=predict, c__scoring=predict, d__score="import json\n")
    assert found(folder) == ({"a/score.py", "b/score.py", "c/scoring.py", "d/score.py"},) * 2


def test_helpers_are_no_services(tmp_path: Path) -> None:
    helper = "def run(step):\n    return step\n"
    folder = made(
        tmp_path, a__score=WHOLE, a__main=helper, a__steps__score_step="def init():\n    pass\n", t__main=helper
    )
    assert found(folder) == ({"a/score.py"},) * 2
