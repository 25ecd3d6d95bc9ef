"""The payload bench: every key, edits that are kept, sends that hang and die, terminals of every size."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fault_server import serving
from msgspec.structs import replace
from payloads.benches import TRAPS, left_over
from screens.journeys import diagnosed, sample_copy, until
from screens.log_journeys import diagnosis_of
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static, TextArea

from checks.evidence import Evidence, Target
from checks.http.records import Endpoint
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Diagnosis, Done
from doctor.logs.reading import read_logs
from doctor.payloads.records import Logged, Sent
from doctor.report import Report
from tui.app import DoctorApp
from tui.evidence.screen import EvidenceScreen
from tui.payloads.answering import Round
from tui.payloads.questions import HeadersModal, KeepModal, UnsavedModal
from tui.payloads.screen import PayloadsScreen
from tui.payloads.shown import answer

Bench = tuple[DoctorApp, Pilot[None], PayloadsScreen]


@asynccontextmanager
async def bench(done: Done | None, size: tuple[int, int] = (110, 36)) -> AsyncIterator[Bench]:
    """The screen over a diagnosis, its first body judged."""
    app = DoctorApp()
    app.state.done = done
    async with app.run_test(size=size) as pilot:
        await app.switch_mode("payloads")
        await until(pilot, lambda: isinstance(app.screen, PayloadsScreen))
        screen = app.screen
        assert isinstance(screen, PayloadsScreen)
        if done:
            await until(pilot, lambda: screen.bodies.judgement)
            file = next((one for one in screen.bodies.drafts.items if one.offer.origin == "sample"), None)
            if file is not None and file is not screen.bodies.draft:
                await screen.bodies.open(file)
                await until(pilot, lambda: screen.bodies.judgement)
        yield app, pilot, screen
        app.state.done = None
    assert not left_over(), "the bench leaves nothing running"


def shown(screen: PayloadsScreen, name: str) -> str:
    """What a list, or the answer, shows."""
    widget = screen.query_one(name)
    if isinstance(widget, OptionList):
        return "\n".join(str(widget.get_option_at_index(number).prompt) for number in range(widget.option_count))
    assert isinstance(widget, Static)
    return str(widget.content)


def of_url(url: str) -> Done:
    """A diagnosis of a live service."""
    call = Call(kind="url", name=url, timeout=5.0)
    evidence = Evidence(target=Target(kind="url", name=url), endpoint=Endpoint(url=url, kind="other"))
    report = diagnosed_report(evidence)
    return Done(diagnosed=(Diagnosis(call=call, report=report, evidence=evidence),))


def diagnosed_report(evidence: Evidence) -> Report:
    """An empty report of a target."""
    from doctor.report import SCHEMA, Timings, Verdict, summarise

    return Report(
        schema=SCHEMA, version="0", target=evidence.target, verdict=Verdict.HEALTHY, causes=(), findings=(),
        checks=summarise(()), timings=Timings(collect=0.0, check=0.0),
    )  # fmt: skip


def trapped(folder: Path) -> Done:
    """A diagnosis of the script that dies, crashes or hangs as its body says."""
    (folder / "score.py").write_text(TRAPS.replace('open(os.environ["STARTS"], "a")', "open(os.devnull)"))
    (folder / "sample.json").write_text('{"do": "work"}')
    text = (folder / "score.py").read_text().replace('file.write("started ")', "pass")
    (folder / "score.py").write_text(text)
    return diagnosed(folder / "score.py")


async def type_body(pilot: Pilot[None], screen: PayloadsScreen, text: str) -> None:
    """Replace what stands in the editor, as a person pastes it, and wait until it is judged."""
    editor = screen.query_one("#editor", TextArea)
    editor.replace(text, editor.document.start, editor.document.end)
    await pilot.pause()
    assert screen.bodies.draft is not None
    assert screen.bodies.draft.content.decode() == text
    await until(pilot, lambda: screen.bodies.judgement)


async def sent(pilot: Pilot[None], screen: PayloadsScreen) -> None:
    """Send, and wait for what comes."""
    count = len(screen.answers.rounds)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: len(screen.answers.rounds) > count)


@pytest.mark.presses("payloads.headers", "headers.take", "headers.leave")
async def test_without_a_diagnosis_it_says_what_to_do_and_takes_headers() -> None:
    async with bench(None, (80, 24)) as (app, pilot, screen):
        await until(pilot, lambda: screen.query("#bodies") and "press 1" in shown(screen, "#bodies"))
        assert "press 1 and choose a target" in shown(screen, "#bodies")
        assert "nowhere to send to" in shown(screen, "#places")
        for key in ("ctrl+r", "ctrl+s", "ctrl+n", "ctrl+l", "ctrl+b", "ctrl+f", "ctrl+g", "escape"):
            await pilot.press(key)
        assert not screen.answers.rounds
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(app.screen, HeadersModal) and isinstance(app.focused, TextArea))
        await pilot.press(*"X-Key")
        await pilot.press("ctrl+s")
        assert "line 1 is no header" in str(app.screen.query_one("#note", Static).content)
        await pilot.press(*": 1")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is screen and screen.answers.header_lines == "X-Key: 1")
        assert str(screen.query_one("#places").border_subtitle) == "with X-Key"
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(app.screen, HeadersModal) and isinstance(app.focused, TextArea))
        await pilot.press("x", "escape")
        await until(pilot, lambda: app.screen is screen)
        assert screen.answers.header_lines == "X-Key: 1"
        screen.state.running = True
        screen.bodies.list_bodies()
        assert "is being looked at" in shown(screen, "#bodies")
        screen.state.running = False


@pytest.mark.presses("payloads.send", "payloads.next-fault")
async def test_a_fault_is_shown_corrected_and_the_answer_comes(tmp_path: Path) -> None:
    done = diagnosed(sample_copy("body-key-400", tmp_path))
    async with bench(done, (80, 24)) as (_, pilot, screen):
        assert "1:2  the body has `Data` where `data` is read" in shown(screen, "#faults")
        assert str(screen.query_one("#faults").border_subtitle) == "foretold: 400"
        await sent(pilot, screen)
        assert shown(screen, "#answer").startswith("400")
        await pilot.press("ctrl+g")
        editor = screen.query_one("#editor", TextArea)
        assert (editor.has_focus, editor.selected_text) == (True, '"Data"')
        await pilot.press(*'"data"')
        await until(pilot, lambda: screen.bodies.judgement and not screen.bodies.judgement.faults)
        assert "what run() declares" in shown(screen, "#faults")
        assert "sample.json *" in shown(screen, "#bodies")
        await sent(pilot, screen)
        assert shown(screen, "#answer").startswith("200")
        assert "before: 400" in shown(screen, "#answer")
        assert [one.sent.status for one in screen.answers.rounds] == [400, 200]


@pytest.mark.presses("payloads.leave", "app.payloads")
async def test_digits_and_letters_are_typed_and_not_obeyed(tmp_path: Path) -> None:
    done = diagnosed(sample_copy("body-key-400", tmp_path))
    async with bench(done) as (app, pilot, screen):
        screen.query_one("#editor", TextArea).focus()
        await pilot.press("1", "2", "r", "q", "question_mark")
        assert app.screen is screen
        assert screen.query_one("#editor", TextArea).text.startswith("12rq?")
        await pilot.press("escape", "2")
        assert app.current_mode == "causes"
        await pilot.press("4")
        await until(pilot, lambda: app.screen is screen)
        assert screen.query_one("#editor", TextArea).text.startswith("12rq?"), "edits outlive other screens"


async def test_broken_json_has_its_place_and_cause(tmp_path: Path) -> None:
    done = diagnosed(sample_copy("body-key-400", tmp_path))
    async with bench(done) as (_, pilot, screen):
        await type_body(pilot, screen, '{"data": [[0.4, 12.5, 61.0, 8.0],]}')
        assert "error 1:" in shown(screen, "#faults")
        assert "comma" in shown(screen, "#faults")
        await pilot.press("ctrl+l")
        assert screen.query_one("#editor", TextArea).text.endswith(",]}"), "what is no JSON stays as it is"
        faults = screen.query_one("#faults", OptionList)
        faults.focus()
        await pilot.press("down", "enter")
        assert screen.query_one("#editor", TextArea).has_focus


@pytest.mark.presses("payloads.lay-out")
async def test_format_keeps_numbers_as_they_are_written(tmp_path: Path) -> None:
    done = diagnosed(sample_copy("body-key-400", tmp_path))
    async with bench(done) as (_, pilot, screen):
        await type_body(pilot, screen, '{"data":[[0.40,1.25e1,61.0,8]]}')
        await pilot.press("ctrl+l")
        assert screen.query_one("#editor", TextArea).text == '{\n  "data": [[0.40, 1.25e1, 61.0, 8]]\n}'


async def test_bodies_are_chosen_with_keys_and_mouse_and_edits_stay(tmp_path: Path) -> None:
    done = diagnosed(sample_copy("healthy-schema-pandas", tmp_path))
    async with bench(done) as (_, pilot, screen):
        await type_body(pilot, screen, '{"data": []}')
        screen.query_one("#bodies").focus()
        await pilot.press("down")
        await until(pilot, lambda: screen.bodies.draft and screen.bodies.draft.offer.origin == "example")
        assert json.loads(screen.query_one("#editor", TextArea).text)["method"] == "predict"
        await pilot.click("#bodies", offset=(5, 1))
        await until(pilot, lambda: screen.bodies.draft and screen.bodies.draft.offer.origin == "sample")
        assert screen.query_one("#editor", TextArea).text == '{"data": []}'
        assert str(screen.query_one("#bodies").border_subtitle) == "1 not saved"


@pytest.mark.presses("payloads.save", "keep.leave")
async def test_a_body_is_saved_under_its_name_only_once_that_is_confirmed(tmp_path: Path) -> None:
    script = sample_copy("body-key-400", tmp_path)
    sample = script.parent / "sample.json"
    before = sample.read_text()
    async with bench(diagnosed(script), (80, 24)) as (app, pilot, screen):
        await type_body(pilot, screen, '{"data": [[1, 2, 3, 4]]}')
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, KeepModal))
        await pilot.press("enter")
        await until(pilot, lambda: "there already" in str(app.screen.query_one("#note", Static).content))
        assert sample.read_text() == before
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert (sample.read_text(), len(screen.bodies.drafts.unsaved)) == (before, 1)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, KeepModal))
        await pilot.press("enter")
        await until(pilot, lambda: "there already" in str(app.screen.query_one("#note", Static).content))
        await pilot.click("#save")
        await until(pilot, lambda: app.screen is screen)
        assert sample.read_text() == '{"data": [[1, 2, 3, 4]]}'
        assert not screen.bodies.drafts.unsaved


@pytest.mark.presses("payloads.save-new")
async def test_a_body_becomes_a_new_sample(tmp_path: Path) -> None:
    script = sample_copy("body-key-400", tmp_path)
    async with bench(diagnosed(script)) as (app, pilot, screen):
        await type_body(pilot, screen, '{"data": [[1, 2, 3, 4]]}')
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, KeepModal))
        assert app.screen.query_one("#name", Input).value == str(script.parent / "sample-2.json")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen and screen.bodies.draft is not None)
        await until(pilot, lambda: screen.bodies.draft and screen.bodies.draft.offer.name == "sample-2.json")
        assert (script.parent / "sample-2.json").read_text() == '{"data": [[1, 2, 3, 4]]}'
        assert not screen.bodies.drafts.unsaved


@pytest.mark.presses("unsaved.save", "unsaved.stay")
async def test_who_leaves_is_asked_about_edits(tmp_path: Path) -> None:
    script = sample_copy("body-key-400", tmp_path)
    async with bench(diagnosed(script)) as (app, pilot, screen):
        await type_body(pilot, screen, '{"data": [[1, 2, 3, 4]]}')
        await pilot.press("escape", "q")
        await until(pilot, lambda: isinstance(app.screen, UnsavedModal))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, UnsavedModal))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, KeepModal))
        await pilot.press("enter")
        await until(pilot, lambda: "there already" in str(app.screen.query_one("#note", Static).content))
        await pilot.press("enter")
        await until(pilot, lambda: not app.is_running or app._exit)
    assert (script.parent / "sample.json").read_text() == '{"data": [[1, 2, 3, 4]]}'


@pytest.mark.presses("app.quit")
async def test_who_leaves_without_edits_is_not_asked(tmp_path: Path) -> None:
    script = sample_copy("body-key-400", tmp_path)
    async with bench(diagnosed(script)) as (app, pilot, _):
        await pilot.press("q")
        await until(pilot, lambda: app._exit)


@pytest.mark.parametrize(("what", "words"), [("exit", "os._exit(3)"), ("crash", "SIGSEGV")])
async def test_a_service_that_dies_is_told(what: str, words: str, tmp_path: Path) -> None:
    async with bench(trapped(tmp_path)) as (_, pilot, screen):
        await type_body(pilot, screen, json.dumps({"do": what}))
        await sent(pilot, screen)
        assert "no answer" in shown(screen, "#answer")
        assert words in shown(screen, "#answer")
        await type_body(pilot, screen, '{"do": "work"}')
        await sent(pilot, screen)
        assert shown(screen, "#answer").startswith("200")


async def test_an_endless_loop_is_cancelled_and_the_screen_stays_alive(tmp_path: Path) -> None:
    async with bench(trapped(tmp_path)) as (_, pilot, screen):
        await sent(pilot, screen)  # loaded
        await type_body(pilot, screen, '{"do": "loop"}')
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "Escape ends it" in shown(screen, "#answer"))
        await type_body(pilot, screen, '{"do": "other"}')  # typing and checks go on
        await pilot.press("escape")
        await until(pilot, lambda: not screen.answers.sending)
        assert "cancelled" in shown(screen, "#answer")
        await sent(pilot, screen)
        assert '"did": "other"' in shown(screen, "#answer")


async def test_the_difference_to_the_answer_before_is_shown(tmp_path: Path) -> None:
    async with bench(trapped(tmp_path)) as (_, pilot, screen):
        await sent(pilot, screen)
        await sent(pilot, screen)
        assert "same answer as before" in shown(screen, "#answer")
        await type_body(pilot, screen, '{"do": "more"}')
        await sent(pilot, screen)
        assert '+  "did": "more"' in shown(screen, "#answer")
        screen.query_one("#sends").focus()
        await pilot.press("down", "down")
        assert '"did": "work"' in shown(screen, "#answer")
        assert "differs" not in shown(screen, "#answer")


async def test_the_send_that_is_unlike_the_others_is_marked_in_the_list(tmp_path: Path) -> None:
    async with bench(trapped(tmp_path)) as (_, pilot, screen):
        came = Sent(way="url", where="there", source="sample.json", sent=2, status=200, body="[1]")
        odd = replace(came, status=500, body="broken")
        screen.answers.rounds = [Round(n, one, False, b"{}") for n, one in enumerate((came, odd, came), 1)]
        screen.answers.list_rounds()
        await pilot.pause()
        marked = [line for line in shown(screen, "#sends").split("\n") if "! unlike the others" in line]
        assert len(marked) == 1
        assert " 2 500" in marked[0]


async def test_another_failure_is_not_the_same_answer(tmp_path: Path) -> None:
    async with bench(trapped(tmp_path)) as (_, pilot, screen):
        for body in ("x", "{}"):
            await type_body(pilot, screen, body)
            await sent(pilot, screen)
        assert "KeyError: 'do'" in shown(screen, "#answer")
        assert "before: JSONDecodeError" in shown(screen, "#answer")
        assert "same answer" not in shown(screen, "#answer")
        await sent(pilot, screen)
        assert "same answer as before" in shown(screen, "#answer")


async def test_nothing_is_sent_to_a_live_service_without_the_key() -> None:
    with serving("healthy") as service:
        async with bench(of_url(service.url)) as (_, pilot, screen):
            assert "URL live  " + service.url in shown(screen, "#places")
            assert "no contract: the service hands out no description" in shown(screen, "#faults")
            await type_body(pilot, screen, '{"data": [[2.0]]}')
            assert not service.requests
            await sent(pilot, screen)
            assert [(one.method, one.body) for one in service.requests] == [("POST", b'{"data": [[2.0]]}')]
            assert "x-ms-server-version: azmlinfsrv/1.5.1" in shown(screen, "#answer")
            assert "first byte" in shown(screen, "#answer")


async def test_a_service_that_went_away_is_told() -> None:
    with serving("healthy") as service:
        done = of_url(service.url)
    async with bench(done, (80, 24)) as (_, pilot, screen):
        await sent(pilot, screen)
        assert "no connection" in shown(screen, "#answer")


@pytest.mark.presses("payloads.curl")
async def test_the_request_is_copied_as_curl(tmp_path: Path) -> None:
    done = diagnosed(sample_copy("body-key-400", tmp_path))
    async with bench(done) as (app, pilot, _):
        await pilot.press("ctrl+b")
        await until(pilot, lambda: app.copied)
        assert app.copied is not None
        assert app.copied[0].startswith("curl -sS -i")
        assert "sample.json http://127.0.0.1:5001/score" in app.copied[0]


async def test_bytes_are_shown_as_such_and_sent_as_they_are(tmp_path: Path) -> None:
    script = sample_copy("healthy-rawhttp", tmp_path)
    done = diagnose(Call(kind="script", name=str(script), samples=(str(script.parent / "sample.wav"),)))
    async with bench(done, (80, 24)) as (_, pilot, screen):
        assert "run() takes raw HTTP" in shown(screen, "#faults")
        index = next(n for n, one in enumerate(screen.bodies.drafts.items) if one.offer.name == "sample.wav")
        screen.query_one("#bodies", OptionList).highlighted = index
        editor = screen.query_one("#editor", TextArea)
        await until(pilot, lambda: "RIFF" in editor.text)
        assert editor.read_only
        assert "a WAV recording" in str(editor.border_subtitle)
        await sent(pilot, screen)
        assert '"label": "alarm"' in shown(screen, "#answer")


async def test_a_huge_body_does_not_freeze_the_editor(tmp_path: Path) -> None:
    script = sample_copy("body-key-400", tmp_path)
    row = "[0.4, 12.5, 61.0, 8.0]"
    done = diagnosed(script)
    (script.parent / "sample-huge.json").write_text('{"data": [' + ", ".join([row] * 850_000) + "]}")
    async with bench(done) as (_, pilot, screen):
        draft = next(one for one in screen.bodies.drafts.items if one.offer.name == "sample-huge.json")
        await screen.bodies.open(draft)
        editor = screen.query_one("#editor", TextArea)
        assert editor.read_only
        assert len(editor.text) < 30_000
        assert len(draft.content) > 19_000_000
        await until(pilot, lambda: screen.bodies.judgement)
        await pilot.press("pagedown", "end")


async def test_control_characters_of_a_body_do_not_reach_the_terminal(tmp_path: Path) -> None:
    script = sample_copy("body-key-400", tmp_path)
    (script.parent / "sample.json").write_bytes(b'{"data": "\x1b[2J\x1b]0;gone\x07[bold]"}')
    async with bench(diagnosed(script)) as (_, pilot, screen):
        editor = screen.query_one("#editor", TextArea)
        assert "\x1b" not in editor.text
        assert "\\x1b[2J" in editor.text
        assert editor.read_only
        assert "\x1b" not in shown(screen, "#faults")
        await sent(pilot, screen)
        assert "\x1b" not in shown(screen, "#answer")


async def test_a_file_that_changed_is_read_anew_with_the_next_diagnosis_unless_it_was_edited(tmp_path: Path) -> None:
    script = sample_copy("body-key-400", tmp_path)
    async with bench(diagnosed(script)) as (app, pilot, screen):
        (script.parent / "sample.json").write_text('{"data": [[9, 9, 9, 9]]}')
        app.state.done = diagnosed(script)
        app.changed()
        editor = screen.query_one("#editor", TextArea)
        await until(pilot, lambda: editor.text == '{"data": [[9, 9, 9, 9]]}')
        await type_body(pilot, screen, '{"data": "mine"}')
        app.state.done = diagnosed(script)
        app.changed()
        await until(pilot, lambda: screen._met is app.state.diagnosis)
        await until(pilot, lambda: screen.bodies.judgement)
        assert editor.text == '{"data": "mine"}'


async def test_every_size_stays_alive(tmp_path: Path) -> None:
    done = diagnosed(sample_copy("body-key-400", tmp_path))
    async with bench(done, (80, 24)) as (_, pilot, screen):
        for size in ((20, 5), (40, 12), (60, 16), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await sent(pilot, screen)
        await pilot.pause()
        assert shown(screen, "#answer").startswith("400")


async def test_every_key_has_an_id_and_a_tooltip() -> None:
    for screen in (PayloadsScreen, KeepModal, UnsavedModal):
        assert screen.HELP
        for one in screen.BINDINGS:
            assert one.id, one  # type: ignore[union-attr]
            assert one.tooltip, one  # type: ignore[union-attr]


def test_the_bench_with_a_fault(
    snap_compare: Callable[..., bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample_copy("body-key-400", tmp_path).parent)
    app = DoctorApp()
    app.state.done = diagnosed(Path("score.py"))

    async def until_judged(pilot: Pilot[None]) -> None:
        await app.switch_mode("payloads")
        await until(pilot, lambda: isinstance(app.screen, PayloadsScreen) and app.screen.bodies.judgement)
        await pilot.press("down")  # the first one is a body that fits
        screen = app.screen
        assert isinstance(screen, PayloadsScreen)
        await until(pilot, lambda: screen.bodies.judgement and screen.bodies.judgement.faults)

    assert snap_compare(app, terminal_size=(80, 24), run_before=until_judged)


def test_the_body_of_an_answer_stands_above_its_headers() -> None:
    """On a small screen there is room for one of them."""
    headers = {"content-type": "application/json", "server": "gunicorn"}
    text = answer(
        Sent(way="url", where="", source="a.json", sent=2, status=200, headers=headers, body="[1.5]"), (), None
    )
    assert text.plain.index("1.5") < text.plain.index("content-type")


@pytest.mark.presses("payloads.log", "evidence.back")
async def test_a_failing_answer_brings_its_lines_and_leads_to_the_last_of_them_in_the_log(tmp_path: Path) -> None:
    failing = [
        "Traceback (most recent call last):",
        '  File "score.py", line 8, in run',
        '    data["text"]',
        "KeyError: 'text'",
    ]
    path = tmp_path / "container.log"
    path.write_text("\n".join(["ready", *failing, "asked again", *failing, "the end"]))
    log = next(read_logs(path))
    sent = Sent(
        way="container", where="", source="odd.json", sent=2, status=500,
        logged=Logged(source=str(path), lines=tuple(failing), where=1, said=3, named=True),
    )  # fmt: skip
    async with bench(Done(diagnosed=(diagnosis_of(log, call=Call(kind="log", name=str(path))),))) as (
        app,
        pilot,
        screen,
    ):
        assert not screen.check_action("open_log", ())
        screen.answers.rounds = [Round(1, sent, False)]
        screen.answers.show_round(screen.answers.rounds[0])
        told = shown(screen, "#answer")
        assert f"logged for this request ({path}; F4 goes there)" in told
        first = [line for line in told.splitlines() if line.startswith("›")]
        assert first == [f"› {line.strip()}" for line in failing[1:]], "the script and the exception stand first"
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen) and app.screen.tab == "log")
        assert isinstance(app.screen, EvidenceScreen)
        pane = app.screen.pane("log")
        await until(pilot, lambda: pane.lines and len(pane.view.rows) and pane.view.rows.number(pane.view.cursor) == 8)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is screen)
