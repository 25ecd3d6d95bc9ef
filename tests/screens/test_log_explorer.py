"""The log explorer: lines of files of any size, proof, search, filters, wrapping, following, copying."""

import asyncio
import gzip
import os
import time
import tracemalloc
from array import array
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from screens.journeys import until
from screens.log_journeys import LogApp, diagnosis_of, of_file, said, shown, written
from textual.events import MouseScrollDown
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static

from checks.evidence import Log
from doctor.diagnosis.call import Call
from doctor.logs.lines import FileLines
from doctor.logs.scanning import Filter
from tui.evidence.log_loading import steps

SIZE = (80, 24)


async def loaded(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, LogApp)
    await until(pilot, lambda: app.pane.coming and app.pane.coming.whole and app.pane.lines is app.pane.coming.whole)
    await until(pilot, lambda: app.pane.coming.share is None)


@pytest.mark.presses("log.up", "log.down", "log.first", "log.last", "log.goto", "log.search", "log.level", "log.clear")
async def test_a_million_lines_are_walked_searched_and_filtered(tmp_path: Path) -> None:
    app = LogApp(of_file(written(tmp_path / "web.log", 1_000_000)))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        assert "line 1 of it" in shown(pilot)[0]
        assert said(pilot).startswith("line 1 of 1,000,000")
        await pilot.press("G")
        assert "line 1000000 of it" in " ".join(shown(pilot))
        assert said(pilot).startswith("line 1,000,000 of")
        await pilot.press("g", "pagedown", "j", "down", "k")
        assert app.pane.view.cursor == app.pane.view.size.height
        await pilot.press("colon", *"500123", "enter")
        assert app.pane.view.rows.number(app.pane.view.cursor) == 500_123
        assert any("line 500123 of" in row for row in shown(pilot))
        await pilot.press("slash", *"LINE 777777 ", "enter")
        await until(pilot, lambda: app.pane.search and not app.pane.search.running)
        assert app.pane.view.cursor == 777_776
        assert "1 of 1 hit" in said(pilot)
        await pilot.press("escape")
        assert app.pane.search is None
        await pilot.press("e", "e")
        await until(pilot, lambda: app.pane.choice and not app.pane.choice.running)
        assert len(app.pane.view.rows) == 1000
        assert all(" E 2026" in row for row in shown(pilot) if row)
        assert app.pane.view.rows.number(app.pane.view.cursor) == 778_000, "the nearest that is left"
        await pilot.press("escape")
        assert len(app.pane.view.rows) == 1_000_000
        assert app.pane.view.rows.number(app.pane.view.cursor) == 778_000


async def test_a_search_that_was_given_up_ends_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.evidence.log_loading._STEP", 60)
    begun, passed = Event(), array("Q")

    def found() -> Iterator["array[int]"]:
        for number in range(5000):
            passed.append(number)
            begun.set()
            time.sleep(0.001)
            yield array("Q")

    search = asyncio.ensure_future(anext(steps(found())))
    await asyncio.to_thread(begun.wait)
    search.cancel()
    await asyncio.wait([search])
    await asyncio.get_running_loop().shutdown_default_executor()
    assert len(passed) < 5000


@pytest.mark.presses("log.next-hit", "log.previous-hit", "log-ask.regex")
async def test_hits_are_walked_around_the_end(tmp_path: Path) -> None:
    app = LogApp(of_file(written(tmp_path / "web.log", 5000)))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        await pilot.press("slash", "ctrl+r", *"line [24]000 ", "enter")
        await until(pilot, lambda: app.pane.search and not app.pane.search.running)
        assert app.pane.view.cursor == 1999
        await pilot.press("n")
        assert app.pane.view.cursor == 3999
        await pilot.press("n")
        assert app.pane.view.cursor == 1999
        await pilot.press("N")
        assert app.pane.view.cursor == 3999
        assert "2 of 2 hits" in said(pilot)


async def test_what_is_typed_never_backtracks_and_may_be_wrong(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_text("a" * 90_000 + "\nshort\n")
    app = LogApp(of_file(path))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        await pilot.press("slash", "ctrl+r", *"(a+)+$b")
        await until(pilot, lambda: app.pane.search and not app.pane.search.running, 5)
        assert "no hit" in said(pilot)
        await pilot.press(*"(")
        assert "no regular expression" in said(pilot)
        await pilot.press("escape")
        assert app.focused is app.pane.view


@pytest.mark.presses("log-ask.leave")
async def test_leaving_a_search_goes_back(tmp_path: Path) -> None:
    app = LogApp(of_file(written(tmp_path / "web.log", 5000)))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        await pilot.press("colon", "1", "0", "enter", "slash", *"line 4000 ")
        await until(pilot, lambda: app.pane.view.cursor == 3999)
        await pilot.press("escape")
        assert app.pane.view.cursor == 9
        assert app.pane.search is None


@pytest.mark.presses("log.next-proof", "log.previous-proof")
async def test_proof_is_shown_marked_and_walked(tmp_path: Path) -> None:
    diagnosis = of_file(written(tmp_path / "web.log", 9000), missing=4000, late=8000, early=12)
    app = LogApp(diagnosis)
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        await until(pilot, lambda: app.pane.view.cursor == 3999)
        (row,) = [row for row in shown(pilot) if row.startswith("▶")]
        assert "4000" in row
        assert "proves: missing" in said(pilot)
        await pilot.press("p")
        assert app.pane.view.cursor == 7999
        assert "proves: late" in said(pilot)
        await pilot.press("p")
        assert app.pane.view.cursor == 11
        await pilot.press("P")
        assert app.pane.view.cursor == 7999
        app.pane.reveal(diagnosis.report.target.name, 4000)
        await pilot.pause()
        assert app.pane.view.cursor == 3999
        app.pane.reveal("elsewhere.log", 1)
        assert "not among the logs" in said(pilot)


async def test_a_file_of_two_gigabytes_opens_at_once_and_shows_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.write(b"the first line\n")
        file.truncate(2 << 30)
        file.seek(0, os.SEEK_END)
        file.write(b"\nERROR the last line\n")
    app = LogApp(of_file(path))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "the first line" in shown(pilot)[0], 5)
        await loaded(pilot)
        await pilot.press("G")
        assert "ERROR the last line" in " ".join(shown(pilot))
        assert "more bytes" in " ".join(shown(pilot)), "the line in the middle is cut, and says so"


async def test_strange_bytes_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "strange.log"
    path.write_bytes(
        b"\x1b[31mred\x1b[0m and \x1b]0;title\x07plain\r\n"
        b"nul\0byte and bell\a\n"
        b"\xff\xfe broken \xe2\x82 bytes\n"
        b"  10%\r  50%\r 100% done\r\n"
        b"[bold]no markup[/bold] [link=x]\n" + b"x" * 10_000_000 + b"\n"
        b"password='hunter2-hunter2' and more\n" + "wide 漢字 and \u202eturned\n".encode()
    )
    app = LogApp(of_file(path))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        rows = shown(pilot)
        assert rows[0].endswith("red and plain")
        assert "nulbyte and bell" in rows[1]
        assert "broken" in rows[2]
        assert rows[3].endswith(" 100% done")
        assert "[bold]no markup[/bold]" in rows[4]
        assert "hunter2" not in " ".join(rows)
        assert "password='***'" in rows[6]
        assert "\\u202eturned" in rows[7]
        await pilot.press("W")
        assert "9,996,104 more bytes" in " ".join(shown(pilot)) or app.pane.view.wrap
        for _ in range(3):
            await pilot.press("pagedown")


@pytest.mark.parametrize("packed", ["gzip", "utf16"])
async def test_what_cannot_be_shown_as_it_lies_is_unpacked(tmp_path: Path, packed: str) -> None:
    text = "".join(f"line {at}\n" for at in range(1, 3001))
    path = tmp_path / "web.log"
    path.write_bytes(gzip.compress(text.encode()) if packed == "gzip" else text.encode("utf-16"))
    app = LogApp(of_file(path))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.pane.coming and not app.pane.coming.moving)
        assert said(pilot).startswith("line 1 of 3,000")
        await pilot.press("G")
        assert "line 3000" in " ".join(shown(pilot))


@pytest.mark.presses("log.stream", "log.run")
async def test_streams_runs_and_gaps_of_a_kept_log() -> None:
    log = Log(
        source="docker logs score",
        text="starting\nTraceback (most recent call last):\n"
        '  File "/var/azureml-app/score.py", line 3, in init\nValueError: no\nagain\nworks',
        numbers=(1, 2, 3, 4, 12_005, 12_006),
        left_out=12_000,
        stderr=((2, 4),),
        starts=(12_005,),
    )
    app = LogApp(diagnosis_of(log, proofs={"broken": 4}))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.pane.view.cursor == 3)
        rows = shown(pilot)
        assert "… 12,000 lines left out" in rows[4]
        assert rows[3].startswith("▶")
        assert rows[2].startswith("›"), "a frame of the person's own code"
        assert rows[1].split()[:2] == ["2", "E2"]
        await pilot.press("o")
        await until(pilot, lambda: len(app.pane.view.rows) == 3)
        assert "stderr only" in str(app.query_one("#chip-stream", Static).render())
        await pilot.press("o", "o", "s")
        await until(pilot, lambda: len(app.pane.view.rows) == 2)
        assert "again" in shown(pilot)[0]
        await pilot.press("escape")
        assert len(app.pane.view.rows) == 7
        await pilot.press("F")
        assert "run the diagnosis again" in said(pilot)


@pytest.mark.presses("log.follow")
async def test_a_growing_file_is_followed_until_somebody_goes_back(tmp_path: Path) -> None:
    path = written(tmp_path / "web.log", 100)
    app = LogApp(of_file(path))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        app.pane.filter(Filter(run=0))
        await pilot.press("F")
        assert app.pane.wish.is_open, "an earlier run does not grow"
        assert app.pane.view.cursor == 99
        with path.open("a") as file:
            file.write("added\n")
        await until(pilot, lambda: app.pane.view.cursor == 100)
        assert "added" in " ".join(shown(pilot))
        path.write_text("cut\n")
        await until(pilot, lambda: "cut short" in said(pilot))
        assert shown(pilot)[0].endswith("cut")
        path.rename(tmp_path / "web.log.1")
        path.write_text("rotated\n")
        await until(pilot, lambda: "replaced" in said(pilot))
        assert shown(pilot)[0].endswith("rotated")
        path.write_text("rotated\none\ntwo\n")
        await until(pilot, lambda: app.pane.view.cursor == 2)
        await pilot.press("up")
        assert not app.pane.following


async def test_the_log_of_a_run_that_has_ended_is_not_followed() -> None:
    log = Log(source="kubectl logs score-1 -c server -n team-a --previous", text="one")
    app = LogApp(diagnosis_of(log, call=Call(kind="workload", name="deployment/score", kubeconfig="/nowhere")))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "one" in shown(pilot)[0])
        await pilot.press("F")
        await until(pilot, lambda: not app.pane.following and "a run that has ended" in said(pilot))
        await until(pilot, lambda: app.pane.coming and not app.pane.coming.moving)
        assert "a run that has ended" in said(pilot), "it stays, also when the log could not be read anew"


async def test_logs_are_chosen_by_key_and_by_list() -> None:
    app = LogApp(diagnosis_of(Log(source="first", text="one"), Log(source="second", text="two")))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "one" in shown(pilot)[0])
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "two" in shown(pilot)[0])
        app.query_one(Select).value = 0
        await until(pilot, lambda: "one" in shown(pilot)[0])


async def test_clicks_do_what_keys_do(tmp_path: Path) -> None:
    app = LogApp(of_file(written(tmp_path / "web.log", 3000)))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        await pilot.click("LogView", offset=(20, 4))
        assert app.pane.view.cursor == 4
        await pilot.click("LogView", offset=(20, 7), shift=True)
        assert app.pane.view.selected == [4, 5, 6, 7]
        assert "4 selected" in said(pilot)
        await pilot.click("#chip-level")
        await pilot.click("#chip-level")
        await until(pilot, lambda: len(app.pane.view.rows) == 3)
        await pilot.click("#chip-wrap")
        assert app.pane.view.wrap
        await pilot.click("#chip-follow")
        assert app.pane.following


@pytest.mark.presses("log.wrap")
async def test_long_lines_are_wrapped_or_moved_sideways(tmp_path: Path) -> None:
    path = tmp_path / "wide.log"
    path.write_text("".join(f"{at} " + "word " * 60 + f"end{at}\n" for at in range(200)))
    app = LogApp(of_file(path))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        assert "end0" not in " ".join(shown(pilot))
        for _ in range(40):
            await pilot.press("right")
        assert "end0" in shown(pilot)[0]
        await pilot.press("W", "G")
        assert "end199" in " ".join(shown(pilot))
        await pilot.press("g")
        assert "end0" in " ".join(shown(pilot))


async def test_a_wrapped_line_taller_than_the_screen_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "tall.log"
    words = [f"word{n:03}" for n in range(400)]  # some 3,200 characters: 60 rows and more
    path.write_text(f"before\n{' '.join(words)}\nafter\n")
    app = LogApp(of_file(path))
    async with app.run_test(size=(60, 16)) as pilot:
        await loaded(pilot)
        await pilot.press("W", "down")
        await until(pilot, lambda: "word000" in shown(pilot)[0])
        seen: set[str] = set()
        while app.pane.view.cursor == 1:
            seen |= {word for word in words if word in "".join(shown(pilot))}
            await pilot.press("down")
        assert len(seen) > 330, "all but those that stand across two rows"
        await pilot.press("up")
        assert "word399" in "".join(shown(pilot)), "coming back, its end is seen first"
        await pilot.press("pageup")
        assert app.pane.view.cursor == 1
        assert "word399" not in "".join(shown(pilot))
        await pilot.press("g", "down")
        before = shown(pilot)
        app.pane.view.post_message(MouseScrollDown(app.pane.view, 5, 5, 0, 1, 0, False, False, False))
        await until(pilot, lambda: shown(pilot) != before)
        assert app.pane.view.scroll_y == 1
        await pilot.press("slash", *"word350", "enter")
        await until(pilot, lambda: "word350" in "".join(shown(pilot)))
        await pilot.press("G")
        assert "after" in "".join(shown(pilot))


async def test_it_survives_small_terminals_and_resizing(tmp_path: Path) -> None:
    app = LogApp(of_file(written(tmp_path / "web.log", 3000)))
    async with app.run_test(size=(20, 5)) as pilot:
        await loaded(pilot)
        await pilot.press("colon", *"2000", "enter")
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert app.pane.view.cursor == 1999
        assert any("line 2000 of" in row for row in shown(pilot))


async def test_without_a_log_it_says_what_to_do() -> None:
    app = LogApp(diagnosis_of(call=Call(kind="script", name="score.py")))
    async with app.run_test(size=SIZE) as pilot:
        assert "No log: not collected" in str(app.query_one("#log-empty", Static).render())
        await pilot.press("slash", "colon", "n", "p", "e", "F", "W")
        app.pane.show(None)
        assert "No diagnosis yet" in str(app.query_one("#log-empty", Static).render())


async def test_a_file_that_is_gone_leaves_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "gone.log"
    log = Log(source=str(path), text="kept")
    app = LogApp(diagnosis_of(log, call=Call(kind="log", name=str(path))))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "kept" in shown(pilot)[0])


async def test_typing_is_not_taken_for_keys(tmp_path: Path) -> None:
    app = LogApp(of_file(written(tmp_path / "web.log", 300)))
    async with app.run_test(size=SIZE) as pilot:
        await loaded(pilot)
        await pilot.press("slash", *"eosWFnNpPc[]:")
        assert app.query_one(Input).value == "eosWFnNpPc[]:"
        assert app.pane.wish.is_open


async def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    path = written(tmp_path / "web.log", 1_000_000)
    from doctor.logs.line_index import Held

    tracemalloc.start()
    try:
        lines = FileLines(Held.of(str(path)))
        while lines.index.count():
            pass
        lines.read(500_000, 50)
        assert tracemalloc.get_traced_memory()[0] < 2_000_000
    finally:
        tracemalloc.stop()


async def test_a_proof_of_a_log_read_at_both_ends_is_never_another_line(tmp_path: Path) -> None:
    """Evidence left the middle out, so its numbers do not fit the whole; the text does."""
    path = tmp_path / "whole.log"
    lines = [f"line {at} of it" for at in range(200_000)] + ["ERROR the needle", "the end of it"]
    path.write_text("\n".join(lines) + "\n")
    text = "\n".join([*lines[:5], *lines[-5:]])
    log = Log(source=str(path), text=text, unread="its middle was not read")
    app = LogApp(diagnosis_of(log, call=Call(kind="log", name=str(path)), proofs={"needle": 9, "early": 2}))
    async with app.run_test(size=(80, 12)) as pilot:
        pane = app.pane
        await until(pilot, lambda: pane.coming is not None and not pane.coming.moving)
        await until(pilot, lambda: set(pane.view.proofs) == {1, 200_000})
        await until(pilot, lambda: pane.view.cursor in {1, 200_000})
        await pilot.press("p")
        await pilot.press("P")
        for _ in range(2):
            assert pane.lines is not None
            at = pane.view.cursor
            assert pane.lines.read(at, 1)[0].text in {"line 1 of it", "ERROR the needle"}
            await pilot.press("p")
            await until(pilot, lambda at=at: pane.view.cursor != at)  # type: ignore[misc]


async def test_a_filter_stays_while_lines_are_added(tmp_path: Path) -> None:
    path = written(tmp_path / "living.log", 50, every=10)
    app = LogApp(diagnosis_of(Log(source=str(path), text=path.read_text()), call=Call(kind="log", name=str(path))))
    async with app.run_test(size=(80, 12)) as pilot:
        pane = app.pane
        await loaded(pilot)
        await pilot.press("F", "e")
        await until(pilot, lambda: len(pane.view.rows) == 5)
        with path.open("a") as file:
            file.write("2026-11-20 18:17:07,123 I [70] azmlinfsrv - one more\n")
        await until(pilot, lambda: pane.lines is not None and pane.lines.count == 51)
        await pilot.pause()
        assert pane.wish.level == "warning"
        assert len(pane.view.rows) == 5


async def test_the_line_that_was_asked_for_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "long.log", 3000)
    app = LogApp(diagnosis_of(Log(source=str(path), text=path.read_text()), call=Call(kind="log", name=str(path))))
    async with app.run_test(size=(80, 12)) as pilot:
        await loaded(pilot)
        await pilot.press("colon", *"1234", "enter")
        await until(pilot, lambda: "line 1,234 of" in said(pilot))


async def test_a_hit_far_to_the_right_comes_into_sight(tmp_path: Path) -> None:
    path = tmp_path / "wide.log"
    path.write_text(f"short\n{'x' * 900} needle {'y' * 100}\n{'z' * 9000} far away\n")
    app = LogApp(of_file(path))
    async with app.run_test(size=(80, 12)) as pilot:
        await loaded(pilot)
        await pilot.press("slash", *"needle", "enter")
        await until(pilot, lambda: any("needle" in row for row in shown(pilot)))
        await pilot.press("slash", *"far away", "enter")
        await until(pilot, lambda: "behind what is shown of this long line" in said(pilot))
