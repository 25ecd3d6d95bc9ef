"""Recent targets: what is kept between runs, for whom, and that nothing secret is among it."""

import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from doctor import recent
from doctor.diagnosis.call import Call
from doctor.recent import forget, place, recents, remember, usable
from tui.targets.about import about
from tui.targets.gone import GONE, told
from tui.targets.recent_rows import recent_sections
from tui.targets.rows import Row

SECRET = "Zk39fQp7LmX2vTr8YwBn5Hs4"


def calls() -> list[Call]:
    return [one.call for one in recents().items]


def test_nothing_is_kept_at_first() -> None:
    assert recents() == recent.Recents()


def test_the_latest_twenty_are_kept_the_latest_first(tmp_path: Path) -> None:
    for number in range(25):
        remember(Call(kind="container", name=f"score-{number}"))
    remember(Call(kind="container", name="score-20"), "failing")
    assert len(calls()) == 20
    assert [one.name for one in calls()[:3]] == ["score-20", "score-24", "score-23"]
    assert recents().items[0].outcome == "failing"


def test_only_the_person_may_read_it() -> None:
    remember(Call(kind="container", name="score"))
    assert stat.S_IMODE(place().stat().st_mode) == 0o600
    assert stat.S_IMODE(place().parent.stat().st_mode) == 0o700
    assert {path.name for path in place().parent.iterdir()} == {"recent.json", "recent.lock"}


def test_no_secret_is_kept() -> None:
    remember(Call(kind="url", name=f"https://me:{SECRET}@score.example/score?code={SECRET}", key_variable="SCORE_KEY"))
    remember(Call(kind="script", name="score.py", variables={"API_KEY": SECRET, "PLAIN": "also not kept"}))
    text = place().read_text()
    assert SECRET not in text
    assert "also not kept" not in text
    assert "SCORE_KEY" in text, "the name of a variable is no secret"
    assert [recent.is_whole(one) for one in calls()] == [True, False]


def test_options_are_kept_and_paths_are_found_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    monkeypatch.chdir(folder)
    call = Call(kind="script", name="score.py", samples=("a.json",), environment="../conda.yaml", python="python3.11")
    remember(call)
    kept = calls()[0]
    assert kept.name == str(folder / "score.py")
    assert kept.environment == str(tmp_path / "conda.yaml")
    assert kept.python == "python3.11"
    assert usable(kept, Path()).name == "score.py"
    assert usable(kept, Path()).samples == ("a.json",)
    monkeypatch.chdir(tmp_path)
    assert usable(kept, Path()).name == "service/score.py"


def test_one_is_forgotten_and_those_of_other_folders_stand_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/gone.py", "a/score.py", "b/score.py"):
        remember(Call(kind="script", name=str(tmp_path / name)))
    remember(Call(kind="container", name="score"))
    monkeypatch.chdir(tmp_path)
    gone = frozenset({str(tmp_path / "a/gone.py")})
    here, elsewhere = recent_sections(recents(), Path("a"), gone)
    assert [row.name for row in here.rows] == ["score", "a/score.py", "a/gone.py"]
    assert [row.name for row in elsewhere.rows] == [str(tmp_path / "b/score.py")]
    assert about(here.rows[-1], "", 80) == "a/gone.py  not there any more\nDelete takes it off the list"
    for row in (*here.rows[1:], *elsewhere.rows):
        assert row.call is not None
        forget(row.call)
    assert [one.name for one in calls()] == ["score"]
    engine = Row("container:other", "container", "other", call=Call(kind="container", name="other"))
    assert [row.standing for row in told(here.rows[:1], [engine])] == [GONE]
    assert told(here.rows, []) == here.rows, "of an engine that says nothing nobody knows"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"schema": 3}', '{"schema": "x", "recent": [{"call": 1}]}', "\udcff"]
)
def test_a_broken_file_is_empty_and_is_told_and_is_written_anew(content: str) -> None:
    place().parent.mkdir(parents=True)
    place().write_bytes(content.encode("utf-8", "surrogateescape"))
    assert not recents().items
    assert str(place()) in recents().remark
    remember(Call(kind="container", name="score"))
    assert recents().remark == ""
    assert [one.name for one in calls()] == ["score"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told() -> None:
    remember(Call(kind="container", name="score"))
    place().chmod(0)
    assert "check its permissions" in recents().remark


def _write(name: str) -> None:
    for number in range(5):
        remember(Call(kind="container", name=f"{name}-{number}"))


def test_writers_at_the_same_time_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(f"writer-{number}",)) for number in range(3)]
    for one in writers:
        one.start()
    while any(one.is_alive() for one in writers):
        assert not recents().remark, "whoever reads sees a whole file"
    assert [one.exitcode for one in writers] == [0, 0, 0]
    assert len(calls()) == 15
    assert json.loads(place().read_text())["schema"] == recent.SCHEMA
