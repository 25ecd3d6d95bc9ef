"""What somebody meets who starts doctor for the first time, in the wrong place, or with the wrong words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from screens.journeys import until
from textual import events

from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Done, Failed
from doctor.errors import ConfigError
from doctor.targets import call_of
from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.causes.steps import failure
from tui.key_queue import MOST_PASTED
from tui.targets.filter_input import FilterInput
from tui.targets.fitting import Index
from tui.targets.rows import MOST_RECENT, Listing, Row, Section

WITHOUT_RIGHTS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
FIND = "import sys, pathlib; from doctor.collectors.script import find_scripts; find_scripts(pathlib.Path(sys.argv[1]))"
LOOK = "import sys, pathlib; from tui.fixes.save_modal import _look; print(*_look(pathlib.Path(sys.argv[1])))"


def as_a_user(*words: str) -> str:
    """What a Python of a person without special rights writes."""
    command = [*WITHOUT_RIGHTS, sys.executable, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return " ".join((done.stdout + done.stderr).split())


def test_many_recent_targets_leave_room_for_what_there_is() -> None:
    listing = Listing()
    recent = [Row(f"recent:{n}", "script", f"old-{n}.py", call=Call(kind="script", name=f"{n}")) for n in range(20)]
    listing.put("recent", Section("Recent", tuple(recent), "what was diagnosed last"))
    listing.put("files", Section("Files", (Row("file:score.py", "script", "score.py"),)))
    names = [line.row.name for line in listing.lines(80) if line.row]
    assert names == [*(f"old-{n}.py" for n in range(MOST_RECENT)), "score.py"]
    assert listing.lines(80)[0].note == f"the last {MOST_RECENT} of 20; / finds the others"
    listing.query = "old-19"
    assert [line.row.name for line in listing.lines(80) if line.row] == ["old-19.py"]


def test_what_happened_is_told_in_lines_that_stand_below_each_other() -> None:
    words = "there are deployment, statefulset, daemonset, replicaset, job, pod, service, ingress; " * 3
    lines = failure(Failed(why="call", text=words), trace_open=False, has_result=False, width=60).plain.split("\n")
    assert len(lines) > 5
    assert all(len(line) <= 60 for line in lines)
    assert all(line.startswith("   ") for line in lines[1:])


@pytest.mark.parametrize("words", [("docker", ""), ("docker", " "), ("url", ""), ("k8s", "")])
def test_an_empty_name_is_no_name(words: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match=f"`{words[0]}` needs"):
        call_of(words)


def test_a_folder_that_may_not_be_read_is_not_said_to_be_empty(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert "closed cannot be read: permission denied" in as_a_user("-c", FIND, str(closed))
    closed.chmod(0o700)


def test_a_folder_that_may_not_be_written_into_is_told_in_the_dialog(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert f"nothing may be written into {closed}; choose another folder" in as_a_user("-c", LOOK, str(closed / "a.md"))
    assert as_a_user("-c", LOOK, str(tmp_path / "a.md")) == "False"


async def test_a_log_pasted_into_the_filter_is_cut(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("TargetList"))
        await pilot.press("slash")
        field = app.screen.query_one(FilterInput)
        await until(pilot, lambda: app.focused is field)
        app.post_message(events.Paste("x" * 1_000_000))
        await until(pilot, lambda: field.value)
        assert len(field.value) == MOST_PASTED
        await pilot.press("escape")
        await until(pilot, lambda: not field.value)


def test_more_letters_than_a_name_has_are_not_searched_in_it() -> None:
    index = Index([Row("1", "script", "score.py")])
    assert [row.name for row in index.best("scpy")] == ["score.py"]
    assert index.best("s" * 100_000) == []


async def test_ctrl_c_says_which_keys_end_what(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("TargetList"))
        await pilot.press("ctrl+c")
        await pilot.press("ctrl+c")
        said = [one.message for one in app._notifications]
        assert said == ["Ctrl-C ends nothing here: ctrl+q leaves"]


async def test_the_verdict_is_seen_again_when_there_is_room(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    app.state.done = done
    async with app.run_test(size=(80, 5)) as pilot:
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding)
        rows = app.screen.query_one(CauseList)
        await until(pilot, lambda: rows.scroll_offset.y > 0)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: rows.size.height > 3)
        await until(pilot, lambda: rows.scroll_offset.y == 0)
