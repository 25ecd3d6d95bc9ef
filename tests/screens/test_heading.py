"""The lines at the top: right at every width, drawn anew as the seconds go, and a click opens a screen."""

from pathlib import Path

import pytest
from rich.cells import cell_len
from screens.journeys import until

from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Failed
from tui.app import DoctorApp
from tui.heading import Heading, lines, standing
from tui.shortened import middle
from tui.state import State, Step

SCRIPT = Call(kind="script", name="/home/me/services/a-very-long-name-of-a-service/score.py")


@pytest.mark.parametrize("width", [20, 33, 40, 60, 80, 120])
@pytest.mark.parametrize("tall", [True, False])
def test_a_line_is_as_wide_as_the_terminal(width: int, tall: bool) -> None:
    steps = (Step("running init() of score.py in a child process", began=0.0, ended=12.0),)
    for state in (
        State(),
        State(call=SCRIPT, running=True, watching=True, steps=steps),
        State(call=SCRIPT, failed=Failed(why="target", text="")),
        State(call=Call(kind="report", name="模型服务器的报告文件名字很长很长.json"), running=True, steps=steps),
    ):
        drawn = lines(standing(state), "evidence", width, tall=tall).plain.split("\n")
        assert len(drawn) == 1 + tall
        assert all(cell_len(line) <= width for line in drawn)
        assert "[3" in drawn[0]


def test_the_wording_gets_shorter_before_it_goes() -> None:
    running = State(call=SCRIPT, running=True, watching=True, steps=(Step("running init()", began=0.0, ended=12.0),))
    told = standing(running)
    assert told.state(80) == "watching · running init(), 12 s"
    assert told.state(24) == "running init(), 12 s"
    assert told.state(8) == "12 s"
    assert told.state(3) == ""


def test_a_failure_is_told_by_a_word() -> None:
    assert standing(State(call=SCRIPT, failed=Failed(why="cancelled", text=""))).state(20) == "– cancelled"
    assert standing(State(call=SCRIPT, failed=Failed(why="target", text=""))).state(20) == "✗ not examined"


def test_names_are_shortened_in_their_middle() -> None:
    assert middle("score.py", 8) == "score.py"
    assert middle("services/fraud/score.py", 13) == "servic…ore.py"
    assert cell_len(middle("模型服务器的报告文件", 8)) <= 8
    assert middle("score.py", 0) == ""


async def test_a_click_on_a_name_opens_that_screen(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "[1 targets]" in str(app.screen.query_one(Heading).content))
        place = str(app.screen.query_one(Heading).content).index("payloads")
        await pilot.click(Heading, offset=(place, 0))
        await until(pilot, lambda: app.current_mode == "payloads")
        assert "[4 payloads]" in str(app.screen.query_one(Heading).content)


async def test_a_small_terminal_has_one_line(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(20, 5)) as pilot:
        await until(pilot, lambda: app.screen.query(Heading))
        heading = app.screen.query_one(Heading)
        await until(pilot, lambda: heading.size.height == 1)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: heading.size.height == 2)
