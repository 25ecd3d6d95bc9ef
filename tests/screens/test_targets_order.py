"""What is in trouble stands first in its section, and nothing jumps under the finger."""

from dataclasses import replace
from pathlib import Path

from screens.journeys import until
from textual.app import App, ComposeResult

from doctor.diagnosis.call import Call
from doctor.states import Level, Standing
from tui.app import DoctorApp
from tui.targets.ordering import Order
from tui.targets.rows import Line, Row, Section
from tui.targets.screen import TargetsScreen
from tui.targets.target_list import TargetList


def container(name: str, words: str = "running", level: Level = "well", **more: int) -> Row:
    call = Call(kind="container", name=name)
    return Row(f"container:{name}", "container", name, Standing(words, level), call=call, **more)  # type: ignore[arg-type]


def names(rows: tuple[Row, ...]) -> list[str]:
    return [row.name for row in rows]


ALL_WELL = (container("a"), container("b"), container("c"), container("d"))
C_BAD = (*ALL_WELL[:2], container("c", "restarting", "bad"), ALL_WELL[3])
D_BAD = (*ALL_WELL[:3], container("d", "unhealthy", "bad"))


def test_trouble_comes_first_and_stays_there() -> None:
    order = Order()
    assert names(order.arranged(C_BAD)) == ["c", "a", "b", "d"]
    assert names(order.arranged(ALL_WELL)) == ["c", "a", "b", "d"], "between two restarts it is well"
    assert names(order.arranged(D_BAD)) == ["c", "d", "a", "b"]
    order.calm()
    assert names(order.arranged(ALL_WELL)) == ["a", "b", "c", "d"]


def test_nothing_moves_while_somebody_does() -> None:
    order = Order()
    order.arranged(ALL_WELL)
    order.held = True
    assert names(order.arranged(D_BAD)) == ["a", "b", "c", "d"]
    new = container("e", "back-off", "bad")
    assert names(order.arranged((*D_BAD, new))) == ["e", "a", "b", "c", "d"], "what comes only now may come first"
    order.held = False
    assert names(order.arranged((*D_BAD, new))) == ["d", "e", "a", "b", "c"]


def test_a_tree_keeps_its_shape() -> None:
    place = Row("node:prod", "namespace", "prod", depth=1, opens=True)
    scope = Row("scope:prod", "scan", "every workload here", call=Call(kind="workload", name=""), depth=2)
    remark = Row("remark:x", "", "", remark="pods may not be listed", depth=2)
    other = Row("node:test", "namespace", "test", Standing("cannot be read", "bad"), depth=1, opens=False)
    some = tuple(replace(row, depth=2) for row in C_BAD)
    told = Order().arranged((place, remark, scope, *some, other))
    assert names(told) == ["prod", "", "every workload here", "c", "a", "b", "d", "test"]


async def test_the_cursor_stays_on_its_row_and_the_row_on_its_line(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TargetsScreen) and app.focused)
        screen = app.screen
        assert isinstance(screen, TargetsScreen)
        screen.put("saved", Section("Saved", ALL_WELL))
        await until(pilot, lambda: any(line.row == ALL_WELL[0] for line in screen.targets.lines))
        targets = screen.targets
        targets.go(targets.place_of("container:b") or 0)
        assert targets.row is not None
        stood = targets.height_of_cursor
        screen.put("saved", Section("Saved", D_BAD))
        await until(pilot, lambda: any(line.row == D_BAD[3] for line in targets.lines))
        assert targets.row.name == "b"
        assert targets.height_of_cursor == stood
        shown = [line.row.name for line in targets.lines if line.row and line.row.kind == "container"]
        assert [name for name in shown if name in "abcd"] == ["a", "b", "c", "d"]


class ListAlone(App[None]):
    """The list without the screen that fills it."""

    def compose(self) -> ComposeResult:
        yield TargetList()


async def test_whoever_has_scrolled_away_from_the_cursor_stays_there() -> None:
    app = ListAlone()
    async with app.run_test(size=(80, 24)) as pilot:
        targets = app.screen.query_one(TargetList)
        targets.focus()
        await until(pilot, lambda: targets.size.height and targets.has_focus)
        rows = tuple(container(f"c{number:02}") for number in range(60))
        targets.show([Line(row) for row in rows])
        await pilot.pause()
        targets.go(3)
        targets.scroll_to(y=30, animate=False, immediate=True, force=True)
        await pilot.pause()
        assert targets.scroll_offset.y == 30
        targets.show([Line(replace(row, standing=Standing("unhealthy", "bad"))) for row in rows])
        await pilot.pause()
        await pilot.pause()
        assert targets.scroll_offset.y == 30
        assert targets.row is not None
        assert targets.row.name == "c03"
        await pilot.press("down")
        assert targets.scroll_offset.y <= 4, "a key brings the cursor back into sight"


async def test_what_a_node_holds_comes_into_sight_when_it_is_opened() -> None:
    app = ListAlone()
    async with app.run_test(size=(80, 12)) as pilot:
        targets = app.screen.query_one(TargetList)
        targets.focus()
        await until(pilot, lambda: targets.size.height and targets.has_focus)
        above = [Line(container(f"c{number:02}")) for number in range(11)]
        node = Row("node:far", "context", "far", opens=False)
        targets.show([*above, Line(node)])
        await pilot.press("end", "enter")
        opened = [*above, Line(replace(node, opens=True))]
        targets.show([*opened, Line(Row("wait", "", "", remark="asked", depth=1))])
        held = [Line(replace(container(f"n{number}"), depth=1)) for number in range(5)]
        targets.show([*opened, *held])
        assert targets.scroll_offset.y == 5, "the last of what it holds is the last line"
        targets.scroll_to(y=0, animate=False, immediate=True, force=True)
        targets.show([*opened, *held[:4], Line(replace(container("other"), depth=1))])
        assert targets.scroll_offset.y == 0, "seen once, it holds nobody up"
