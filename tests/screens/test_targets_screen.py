"""The target picker as a person uses it: keys and mouse, filter, targets typed in full, sources that are not there."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from screens.journeys import sample_copy, until
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Input, Static
from textual.widgets._footer import FooterKey

from doctor.diagnosis.call import Call
from doctor.recent import recents, remember
from doctor.states import Standing
from tui.app import DoctorApp
from tui.targets.rows import Row, Section
from tui.targets.screen import TargetsScreen
from tui.targets.target_list import TargetList


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No engine and no cluster, unless a test brings one."""
    for name in [name for name in os.environ if name.startswith(("DOCKER_", "KUBERNETES_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sample services, their models made once."""
    made = tmp_path_factory.mktemp("samples")
    for name in ("model-not-global", "run-kwargs"):
        sample_copy(name, made)
    return made


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    """A copy of them, a manifest and a log."""
    services = tmp_path / "services"
    shutil.copytree(samples, services)
    (services / "deployment.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: score\n")
    (services / "server.log").write_text("line\n" * 300)
    return services


def screen_of(app: DoctorApp) -> TargetsScreen:
    assert isinstance(app.screen, TargetsScreen)
    return app.screen


def shown(app: DoctorApp) -> str:
    """The list as it stands on the screen."""
    targets = screen_of(app).targets
    return "\n".join(targets.render_line(y).text.rstrip() for y in range(targets.size.height))


def about(app: DoctorApp) -> str:
    return str(screen_of(app).query_one("#about", Static).content)


def chosen(app: DoctorApp) -> str:
    row = screen_of(app).targets.row
    return row.name if row else ""


async def settled(pilot: Pilot[None], app: DoctorApp) -> None:
    """Every source has told what it knows."""
    await until(pilot, lambda: {"files", "containers", "clusters"} <= set(screen_of(app).listing.sections))
    sections = screen_of(app).listing.sections
    await until(pilot, lambda: sections["containers"].rows and sections["clusters"].rows)
    await until(pilot, lambda: sections["files"].rows and sections["files"].note != "looking ...")
    await until(pilot, lambda: sections["clusters"].rows[0] in [line.row for line in screen_of(app).targets.lines])


def containers(*standings: str, count: int = 0) -> Section:
    names = [f"score-{number:05}" for number in range(count or len(standings))]
    states = [*standings, *["running"] * count][: len(names)]
    rows = [
        Row(f"container:{name}", "container", name, Standing(words, "well"), call=Call(kind="container", name=name))
        for name, words in zip(names, states, strict=True)
    ]
    return Section("Docker containers", tuple(rows))


async def test_what_is_there_and_what_is_not_is_told(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        text = shown(app)
        for name in ("model-not-global/score.py", "run-kwargs/score.py", "deployment.yaml", "server.log", "1.5 kB"):
            assert name in text
        flat = " ".join(text.split())
        assert "there is no Docker engine at unix://" in flat
        assert "start it (sudo systemctl start docker)" in flat
        assert "no kubeconfig: looked for" in flat
        assert about(app).splitlines()[1].startswith("Enter: doctor check ")


@pytest.mark.presses("targets.open", "targets.forget")
async def test_enter_diagnoses_and_the_target_is_recent_until_it_is_forgotten(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("down")
        assert chosen(app) == "model-not-global/score.py"
        await pilot.press("enter")
        await until(pilot, lambda: app.state.done)
        assert app.state.diagnosis is not None
        assert app.state.diagnosis.report.causes[0].id == "entry-script.model-not-global"
        assert app.current_mode == "causes"
        await until(pilot, lambda: any(one.outcome == "failing" for one in recents().items))
        await pilot.press("1")
        recent = screen_of(app).listing.sections
        await until(pilot, lambda: [row.standing.words for row in recent["recent"].rows] == ["failing"], 10)
        await until(pilot, lambda: len(screen_of(app).targets.lines) > 8, 10)
        assert chosen(app) == "model-not-global/score.py", "the choice survives"
        await pilot.press("home")
        assert screen_of(app).targets.row.is_recent  # type: ignore[union-attr]
        await until(pilot, lambda: any(key.description == "Forget" for key in app.screen.query(FooterKey)))
        await pilot.press("delete")
        await until(pilot, lambda: not recent["recent"].rows)
        assert not recents().items
        await until(pilot, lambda: not any(key.description == "Forget" for key in app.screen.query(FooterKey)))


async def test_a_click_opens(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        line = next(n for n, text in enumerate(shown(app).splitlines()) if "run-kwargs/score.py" in text)
        await pilot.click(TargetList, offset=(20, line))
        await until(pilot, lambda: app.state.call)
        assert app.state.call is not None
        assert app.state.call.name == str(folder / "run-kwargs" / "score.py")


@pytest.mark.presses(
    "targets.down", "targets.up", "targets.next-part", "targets.part-before", "targets.page-down", "targets.page-up",
    "targets.first", "targets.last",
)  # fmt: skip
async def test_every_key_of_the_list(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        screen = screen_of(app)
        screen.put("containers", containers(count=60))
        await until(pilot, lambda: "score-00000" in shown(app))
        await pilot.press("down", "j", "k", "up")
        assert chosen(app).startswith("all ")
        await pilot.press("up")
        assert chosen(app).startswith("all "), "there is nothing above"
        await pilot.press("right_square_bracket")
        assert chosen(app) == "score-00000"
        await pilot.press("pagedown")
        page = int(chosen(app).removeprefix("score-"))
        assert 10 <= page <= 24
        await pilot.press("pageup")
        assert chosen(app) == "score-00000"
        await pilot.press("left_square_bracket")
        assert chosen(app).startswith("all ")
        await pilot.press("end")
        assert chosen(app) == "server.log"
        await pilot.press("g")
        assert chosen(app).startswith("all ")
        await pilot.press("G")
        assert chosen(app) == "server.log"
        await pilot.press("home")
        assert "Files in" in shown(app)


async def test_the_row_stays_under_the_cursor_while_others_come_and_go(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        screen = screen_of(app)
        screen.put("containers", containers(count=100))
        await until(pilot, lambda: "score-00000" in shown(app))
        await pilot.press("right_square_bracket", "pagedown", "pagedown", "up", "up")
        name = chosen(app)
        place = next(n for n, text in enumerate(shown(app).splitlines()) if name in text)
        before = screen.listing.sections["containers"]
        more = Row("container:aaa", "container", "aaa", Standing("exited 3", "bad"))
        screen.put("containers", Section(before.title, (more, *before.rows[5:])))
        await until(pilot, lambda: more in [line.row for line in screen.targets.lines])
        assert chosen(app) == name
        assert name in shown(app).splitlines()[place], "it stands where it stood"
        gone = Section(before.title, tuple(row for row in before.rows if row.name != name))
        screen.put("containers", gone)
        await until(pilot, lambda: chosen(app) != name)
        assert abs(int(chosen(app).removeprefix("score-")) - int(name.removeprefix("score-"))) < 6, "a neighbour"


async def test_a_state_that_changes_is_drawn(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        for words in ("running", "restarting, 7 times", "exited 3"):
            screen_of(app).put("containers", containers(words))
            await until(pilot, lambda words=words: words in shown(app))


@pytest.mark.presses("targets.filter", "targets.leave-filter", "targets.to-list", "app.causes", "app.targets")
async def test_the_filter_narrows_and_survives(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("slash", *"rkwa")
        assert chosen(app) == "run-kwargs/score.py"
        assert "model-not-global" not in shown(app)
        await pilot.press("2")
        assert screen_of(app).query_one(Input).value == "rkwa2", "digits are typed, and change no screen"
        await pilot.press("backspace", "tab", "2")
        await until(pilot, lambda: app.current_mode == "causes")
        await pilot.press("1")
        await until(pilot, lambda: app.current_mode == "targets")
        await pilot.resize_terminal(60, 15)
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert screen_of(app).query_one(Input).value == "rkwa"
        assert chosen(app) == "run-kwargs/score.py"
        await pilot.press("slash", "escape")
        assert screen_of(app).query_one(Input).value == ""
        assert "model-not-global/score.py" in shown(app)
        assert isinstance(app.focused, TargetList)


async def test_who_comes_back_is_at_the_list_and_begins_another_filter(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("slash", *"rkwa", "enter")
        await until(pilot, lambda: app.current_mode == "causes")
        await pilot.press("1")
        await until(pilot, lambda: app.current_mode == "targets" and isinstance(app.focused, TargetList))
        await pilot.press("slash", *"notglobal")
        assert screen_of(app).query_one(Input).value == "notglobal"
        assert chosen(app) == "model-not-global/score.py"


async def test_what_was_found_and_opened_stays_under_the_cursor(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        screen = screen_of(app)
        screen.sources.clusters.tree.contexts = ("west", "east")
        screen.sources.clusters.show()
        await pilot.press("slash", *"east")
        await until(pilot, lambda: chosen(app) == "east")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.focused, TargetList))
        assert not screen.query_one(Input).value
        assert chosen(app) == "east"


async def test_arrows_move_in_the_list_while_one_types(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("slash", *"score.py")
        first = chosen(app)
        await pilot.press("down")
        second = chosen(app)
        assert {first, second} == {"model-not-global/score.py", "run-kwargs/score.py"}
        await pilot.press("up")
        assert chosen(app) == first
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.state.call)
        assert app.state.call is not None
        assert app.state.call.name == str(folder / second)


@pytest.mark.parametrize(
    ("typed", "kind", "name"),
    [
        ("docker nobody-7", "container", "nobody-7"),
        ("http://127.0.0.1:1/score", "url", "http://127.0.0.1:1/score"),
        ("./run-kwargs/score.py", "script", "{folder}/run-kwargs/score.py"),
    ],
)
async def test_a_target_typed_in_full_is_opened(folder: Path, typed: str, kind: str, name: str) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("slash")
        screen_of(app).query_one(Input).value = typed
        await until(pilot, lambda: "as it is typed" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.state.call)
        assert app.state.call == Call(kind=kind, name=name.format(folder=folder))  # type: ignore[arg-type]


async def test_nonsense_is_told_and_nothing_happens(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await pilot.press("slash", *"xyzzy", "enter")
        await until(pilot, lambda: len(app._notifications))
        (note,) = app._notifications
        assert "`xyzzy` is no target" in note.message
        assert "docker xyzzy" in note.message
        assert app.state.call is None
        assert "Nothing in the list fits" in shown(app)


async def test_a_call_whose_secret_was_not_kept_is_not_made(folder: Path) -> None:
    remember(Call(kind="url", name="https://score.example/score?code=Zk39fQp7LmX2vTr8YwBn5Hs4"))
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        await until(pilot, lambda: "its secret was not kept" in shown(app))
        await pilot.press("home", "enter")
        await until(pilot, lambda: len(app._notifications))
        assert app.state.call is None
        assert "Zk39" not in "".join(note.message for note in app._notifications)


async def test_recent_files_that_are_gone_are_told(folder: Path) -> None:
    remember(Call(kind="script", name=str(folder / "gone.py"), samples=("a.json",)))
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: "not there any more" in shown(app))
        assert "gone.py --sample a.json" in shown(app)


@pytest.mark.presses("targets.look")
async def test_files_that_come_are_found_when_one_looks_again(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        (folder / "another.log").write_text("line\n")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "another.log" in shown(app))


async def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    app = DoctorApp(folder=tmp_path / "empty")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        flat = " ".join(shown(app).split())
        assert "no entry script, manifest or description of a service lies in this folder" in flat
        assert "type the path of one above" in flat
        await pilot.press("enter")
        await until(pilot, lambda: len(app._notifications))


async def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path / "no-folder")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "cannot be read: No such file" in " ".join(shown(app).split()))


@pytest.mark.parametrize("size", [(20, 5), (5, 3), (40, 10), (200, 60)])
async def test_any_size_stays_alive(folder: Path, size: tuple[int, int]) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "files" in screen_of(app).listing.sections)
        await pilot.press("down", "pagedown", "end", "home", "slash", "s", "escape")
        await pilot.resize_terminal(80, 24)
        await settled(pilot, app)
        assert "model-not-global/score.py" in shown(app)


@contextmanager
def silent(path: Path) -> Iterator[None]:
    """An engine that takes every connection and never says a word."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(8)
    held: list[socket.socket] = []

    def accept() -> None:
        try:
            while True:
                held.append(listener.accept()[0])
        except OSError:
            pass

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for one in held:
            one.close()


async def test_a_silent_engine_holds_up_nothing(folder: Path, tmp_path: Path) -> None:
    with silent(tmp_path / "docker.sock"):
        app = DoctorApp(folder=folder)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: "run-kwargs/score.py" in shown(app))
            assert "asking the engine" in shown(app)
            await pilot.press("down", "down")
            assert chosen(app) == "run-kwargs/score.py"
            await pilot.press("enter")
            await until(pilot, lambda: app.state.done)


async def test_ten_thousand_rows(folder: Path) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app)
        screen_of(app).put("containers", containers(count=10_000))
        await until(pilot, lambda: "score-00000" in shown(app))
        await pilot.press("slash", *"9999")
        assert chosen(app) == "score-09999"
        await pilot.press("escape", "end")
        assert chosen(app) == "server.log"
        await pilot.press("pageup")
        assert "score-09999" in shown(app)


@pytest.mark.parametrize("theme", ["doctor-light", "doctor-dark", "textual-light"])
async def test_what_is_muted_is_seen_in_every_theme(folder: Path, theme: str) -> None:
    app = DoctorApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = theme
        await until(pilot, lambda: "score.py" in shown(app))
        targets = screen_of(app).targets
        for line in range(targets.size.height):
            for segment in targets.render_line(line):
                if segment.text.strip() and segment.style and segment.style.color and segment.style.bgcolor:
                    front = Color.from_rich_color(segment.style.color)
                    below = Color.from_rich_color(segment.style.bgcolor)
                    assert abs(front.brightness - below.brightness) > 0.2, segment
