"""What the paths of a call stand for."""

import os
from pathlib import Path

import pytest

from doctor.logs import inputs
from doctor.logs.inputs import Input, Refused, content_of, find_inputs


def names(*paths: object, include: tuple[str, ...] = ()) -> list[str]:
    return [
        Path(one.path).name for one in find_inputs([str(path) for path in paths], include) if isinstance(one, Input)
    ]


def refusal(path: object, include: tuple[str, ...] = ()) -> str:
    (one,) = find_inputs([str(path)], include)
    assert isinstance(one, Refused)
    return one.reason


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.log", "a.log", "deep/er/c.txt", ".hidden/d.log", ".e.log", "model.pkl", "deep/picture.PNG"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


def test_a_folder_is_walked_without_hidden_files_and_models(folder: Path) -> None:
    assert names(folder) == ["a.log", "b.log", "c.txt"]
    assert names(folder, include=("*.txt", "b*")) == ["b.log", "c.txt"]


def test_what_is_named_is_taken_as_it_is(folder: Path) -> None:
    assert names(folder / "model.pkl", folder / ".e.log", "-") == ["model.pkl", ".e.log", "-"]


def test_patterns_that_the_shell_left_alone(folder: Path) -> None:
    assert names(folder / "*.log") == ["b.log", "a.log"] or names(folder / "*.log") == ["a.log", "b.log"]
    assert names(folder / "**" / "*.txt") == ["c.txt"]
    assert refusal(folder / "*.gz") == f"no file fits {folder}/*.gz; check the pattern"


def test_links_to_folders_are_not_followed(folder: Path) -> None:
    (folder / "deep" / "up").symlink_to(folder)
    (folder / "dead.log").symlink_to(folder / "nothing")
    assert names(folder) == ["a.log", "b.log", "c.txt"]


def test_pipes_and_devices_are_left_out_of_folders(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert names(folder) == ["a.log", "b.log", "c.txt"]
    (one,) = find_inputs([str(folder / "pipe")])
    assert isinstance(one, Input)
    assert one.size is None


def test_refusals_name_place_and_remedy(folder: Path, tmp_path: Path) -> None:
    assert (
        refusal(folder / "a.lgo") == f"{folder}/a.lgo is not there; a file with a similar name exists: {folder}/a.log"
    )
    assert refusal(tmp_path / "zzz" / "y") == f"{tmp_path}/zzz/y is not there; check the path"
    assert refusal(folder, ("*.nothing",)).startswith(f"{folder} holds no file that fits *.nothing")
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty").startswith(f"{tmp_path}/empty holds no file; give")


def test_a_large_folder_is_not_sorted_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "SORTED", 5)
    for number in range(40):
        (tmp_path / f"{number:02}.log").touch()
    found = names(tmp_path)
    assert sorted(found) == [f"{number:02}.log" for number in range(40)]


def test_only_small_files_are_sent_along(folder: Path) -> None:
    (one,) = find_inputs([str(folder / "a.log")])
    assert isinstance(one, Input)
    assert content_of(one, 10).content == b"x"
    assert content_of(one, 0).content is None
