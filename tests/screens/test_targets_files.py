"""What a look through a folder finds, and where it ends."""

import json
import time
from pathlib import Path

import pytest

from doctor.diagnosis.call import Call
from doctor.discovery import Discovery
from doctor.errors import CannotExamine
from doctor.gate import scripts_of
from doctor.states import Standing
from doctor.targets import call_of
from tui.targets.source_rows import file_row

SCRIPT = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"
MANIFEST = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: score\n"


def found(folder: Path, **limits: int) -> dict[str, str]:
    return {str(one.path.relative_to(folder)): one.kind for one in Discovery(folder, **limits)}


def test_each_kind_is_told_by_what_the_file_holds(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name, text in {
        "score.py": SCRIPT,
        "deep/er/other.py": SCRIPT,
        "helper.py": "x = 1\n",
        "deployment.yaml": MANIFEST,
        "swagger.json": '{"swagger": "2.0", "paths": {}, "info": {}}',
        "api.yaml": "openapi: 3.0.0\npaths:\ninfo:\n",
        "sample.json": '{"data": [[1, 2]]}',
        "conda.yml": "dependencies:\n  - numpy\n",
        "report.json": '{"schema": "doctor.report/1", "verdict": "healthy"}',
        "server.log": "line\n",
        "server.log.1": "line\n",
        "server.log-20261120.gz": "x",
        "empty.log": "",
        "notes.txt": "nothing",
        "login.py": "import logging\n",
    }.items():
        (tmp_path / name).write_text(text)
    assert found(tmp_path) == {
        "score.py": "script",
        "deep/er/other.py": "script",
        "report.json": "report",
        "api.yaml": "document",
        "swagger.json": "document",
        "deployment.yaml": "manifest",
        "empty.log": "log",
        "server.log": "log",
        "server.log-20261120.gz": "log",
        "server.log.1": "log",
    }
    assert {one.remark for one in Discovery(tmp_path) if one.path.name == "empty.log"} == {"empty"}


def test_a_script_that_lacks_half_is_offered_where_there_is_no_whole_one(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("def run(data):\n    return data\n")
    assert [(one.path.name, one.remark) for one in Discovery(tmp_path)] == [("score.py", "lacks init() or run()")]
    (tmp_path / "main.py").write_text(SCRIPT)
    assert found(tmp_path) == {"main.py": "script"}


def test_a_huge_folder_has_an_end_that_is_told(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"data-{number}.json").write_text(json.dumps({"data": number}))
    (tmp_path / "node_modules" / "x").mkdir(parents=True)
    (tmp_path / "node_modules" / "x" / "score.py").write_text(SCRIPT)
    (tmp_path / "zzz.log").write_text("line\n")
    look = Discovery(tmp_path, most_files=50)
    assert list(look) == []
    assert "first 50 files" in look.limit
    look = Discovery(tmp_path, most_read=10)
    assert [one.path.name for one in look] == ["zzz.log"], "logs need no reading"
    assert "too many files" in look.limit
    look = Discovery(tmp_path)
    assert len(list(look)) == 1
    assert look.limit == ""


def test_it_is_a_stream(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"score_{number}.py").write_text(SCRIPT * 50)
    began = time.perf_counter()
    look = iter(Discovery(tmp_path))
    next(look)
    first = time.perf_counter() - began
    assert len(list(look)) == 299
    assert first < (time.perf_counter() - began) / 2


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotExamine, match="no-folder cannot be read: No such file"):
        list(Discovery(tmp_path / "no-folder"))


def test_what_is_no_plain_file_is_passed_over(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "lost.log").symlink_to(tmp_path / "nowhere.log")
    (tmp_path / "bad\udcff.log").write_text("line\n")
    assert [one.path.name for one in Discovery(tmp_path)] == ["bad\udcff.log"]


def test_a_deployment_file_is_diagnosed_as_the_entry_script_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text(SCRIPT)
    text = "name: blue\ncode_configuration:\n  code: ./src\n  scoring_script: {}\n"
    (tmp_path / "blue.yml").write_text(text.format("score.py"))
    (tmp_path / "green.yml").write_text(text.format("scores.py"))
    rows = {row.name: row for row in (file_row(one, tmp_path) for one in Discovery(tmp_path))}
    assert rows["blue.yml"].call == call_of([str(tmp_path / "blue.yml")])
    assert rows["blue.yml"].call == Call(kind="script", name=str(tmp_path / "src" / "score.py"))
    assert rows["blue.yml"].standing == Standing("deploys src/score.py")
    assert rows["green.yml"].standing == Standing("not there: src/scores.py", "odd")
    assert scripts_of([tmp_path / "blue.yml"]) == ([tmp_path / "src" / "score.py"], [])
