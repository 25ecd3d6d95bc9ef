"""The causes on the screen, from real diagnoses: the list with its folds, the detail, every key, small terminals."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy

import pytest
from msgspec.structs import replace
from screens.journeys import diagnosed, sample_copy, until
from textual.pilot import Pilot
from textual.widgets import Static

from checks.finding import Finding, Quote, Severity
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Diagnosis, Done
from doctor.report import Verdict
from doctor.reports.common import arrange, closing, place
from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.causes.chooser import Chooser, ChooserModal
from tui.causes.detail import Detail
from tui.causes.explanation import Explanation
from tui.causes.filtering import Filter
from tui.causes.screen import CausesScreen


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Done:
    script = sample_copy("three-causes", tmp_path_factory.mktemp("three"))
    return diagnosed(script)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return diagnosed(sample_copy("healthy-sklearn", tmp_path_factory.mktemp("healthy")))


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("several")
    for name in ("healthy-sklearn", "init-parameter", "model-not-global"):
        sample_copy(name, folder)
    return diagnose(Call(kind="folder", name=str(folder), run=False))


class Shown:
    """The screen under test."""

    def __init__(self, app: DoctorApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> CausesScreen:
        assert isinstance(self.app.screen, CausesScreen)
        return self.app.screen

    @property
    def found(self) -> CauseList:
        return self.screen.query_one(CauseList)

    @property
    def detail(self) -> Detail:
        return self.screen.query_one(Detail)

    @property
    def titles(self) -> list[str]:
        return [self.found.rows[index].title for index in self.found.shown]

    def row(self, title: str) -> str:
        """The row of that title as it is drawn."""
        y = self.titles.index(title) - self.found.scroll_offset.y
        return self.found.render_line(y).text

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def take(self, done: Done) -> None:
        """A result, as the app takes it."""
        state = self.app.state
        state.earlier |= {one.report.target.name: one for one in (state.done.diagnosed if state.done else ())}
        state.done = done
        self.app.changed()
        await self.pilot.pause()


@asynccontextmanager
async def shown(done: Done, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Shown]:
    """The screen with a result."""
    app = DoctorApp()
    async with app.run_test(size=size) as pilot:
        app.state.call, app.state.done = done.diagnosed[0].call, done
        app.switch_mode("causes")
        await until(pilot, lambda: app.screen.query(CauseList) and app.screen.query_one(CauseList).rows)
        yield Shown(app, pilot)


async def test_causes_stand_first_in_their_order_and_the_first_is_read(three: Done) -> None:
    report = three.diagnosed[0].report
    async with shown(three) as one:
        assert one.titles[:5] == [f"failing: {report.target.name}", "3 causes", *(c.title for c in report.causes)]
        assert one.screen.finding is report.causes[0]
        assert one.row(report.causes[0].title).startswith("›    1 ✗ error  ")
        assert one.row(report.causes[1].title).startswith("     2 ✗ error  ")
        text = " ".join(one.detail.text.split())
        assert f"✗ error: {report.causes[0].title}" in text
        assert place(arrange(report), 0) in text
        assert " ".join(report.causes[0].why.split()) in text
        assert "(safe: --fix applies it)" in text


async def test_the_detail_shows_diff_verification_and_how_to_confirm(done: Done) -> None:
    first = done.diagnosed[0]
    cause = first.report.causes[0]
    cause = replace(cause, fixes=(replace(cause.fixes[0], verified="verified: it answers"),))
    done = replace(done, diagnosed=(replace(first, report=replace(first.report, causes=(cause,), findings=(cause,))),))
    async with shown(done) as one:
        assert "+    global model" in one.detail.text
        assert "verified: it answers" in one.detail.text
        assert "  confirm   doctor check " in one.detail.text
        assert "doctor explain entry-script.model-not-global" in one.detail.text


@pytest.mark.presses("causes.open", "causes.fold", "causes.unfold")
async def test_symptoms_fold_under_their_cause(done: Done) -> None:
    symptoms = [finding.title for finding in arrange(done.diagnosed[0].report).symptoms[0]]
    async with shown(done) as one:
        assert symptoms
        assert all(title in one.titles for title in symptoms)
        for key in ("enter", "space"):
            await one.press(key)
            assert not any(title in one.titles for title in symptoms)
            assert f"+{len(symptoms)}" in one.row(one.found.row.title if one.found.row else "")
            await one.press(key)
            assert all(title in one.titles for title in symptoms)
        await one.press("left")
        assert symptoms[0] not in one.titles
        await one.press("right", "down")
        assert one.screen.finding is not None
        assert one.screen.finding.title == symptoms[0]
        assert "a symptom of: " in one.detail.text
        await one.press("left")
        assert one.screen.finding is done.diagnosed[0].report.causes[0]


@pytest.mark.presses("causes.up", "causes.down", "causes.first", "causes.last", "causes.page-up", "causes.page-down")
async def test_keys_move_the_cursor(three: Done) -> None:
    async with shown(three, (120, 14)) as one:
        await one.press("home")
        assert one.found.cursor == 0
        await one.press("down", "j", "j", "up", "k")
        assert one.found.cursor == 1
        await one.press("end")
        assert one.found.cursor == len(one.found.shown) - 1
        assert one.found.scroll_offset.y > 0
        await one.press("pageup")
        assert one.found.cursor == len(one.found.shown) - 1 - (one.found.size.height - 1)
        await one.press("home", "pagedown")
        assert one.found.cursor == one.found.size.height - 1


async def test_skipped_and_passed_checks_are_told_by_reason(three: Done) -> None:
    report = three.diagnosed[0].report
    reason = report.checks.skipped[0].reason
    group = next(n for n, _ in enumerate(report.checks.skipped))
    async with shown(three) as one:
        assert f"{len(report.checks.skipped)} checks" in one.titles
        assert f"{report.checks.passed} checks" in one.titles
        row = next(title for title in one.titles if title.endswith(f": {reason}"))
        one.found.go(one.titles.index(row))
        await one.press("enter")
        assert report.checks.skipped[group].id in one.titles
        assert report.checks.skipped[group].id in " ".join(one.detail.text.split())
        assert one.screen.finding is None


async def test_crashed_checks_are_no_fault_of_the_service(three: Done) -> None:
    from doctor.report import NotRun

    first = three.diagnosed[0]
    checks = replace(first.report.checks, crashed=(NotRun(id="entry-script.no-run", reason="ValueError: [odd]"),))
    done = replace(three, diagnosed=(replace(first, report=replace(first.report, checks=checks)),))
    async with shown(done) as one:
        title = "entry-script.no-run: ValueError: [odd]"
        assert "☠ crashed" in one.row(title)
        one.found.go(one.titles.index(title))
        await one.pilot.pause()
        text = " ".join(one.detail.text.split())
        assert "a bug in doctor, not in your service; --ignore entry-script.no-run mutes the check" in text


async def test_a_healthy_result_says_what_the_silence_is_worth(healthy: Done) -> None:
    report = healthy.diagnosed[0].report
    async with shown(healthy) as one:
        assert closing(report) in str(one.screen.query_one("#standing", Static).content)
        await one.press("home")
        assert closing(report).partition(": ")[2] in " ".join(one.detail.text.split())
        assert one.titles[0] == f"healthy: {report.target.name}"


async def proves(one: Shown, monkeypatch: pytest.MonkeyPatch) -> list[Quote]:
    asked: list[Quote] = []
    monkeypatch.setattr(one.app, "prove", asked.append)
    return asked


@pytest.mark.presses("causes.prove", "detail.up", "detail.down", "detail.follow", "detail.leave")
async def test_a_quote_leads_to_its_proof(done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = done.diagnosed[0].report.causes[0].evidence[:2]
    async with shown(done) as one:
        asked = await proves(one, monkeypatch)
        await one.press("p")
        assert asked == [first]
        one.detail.focus()
        await one.press("down", "down", "enter")
        assert asked == [first, second]
        await one.press("up", "enter")
        assert asked == [first, second, first]
        line = next(n for n, text in enumerate(one.detail.text.split("\n")) if "predictions = model" in text)
        await one.pilot.click(Detail, offset=(30, line + 1))
        await one.pilot.pause()
        assert asked[-1] == second
        await one.press("left")
        assert one.app.focused is one.found


async def test_a_symptom_named_in_the_detail_leads_to_its_row(done: Done) -> None:
    symptom = arrange(done.diagnosed[0].report).symptoms[0][0]
    async with shown(done) as one:
        await one.press("enter")
        line = next(n for n, text in enumerate(one.detail.text.split("\n")) if text.startswith("  explains"))
        await one.pilot.click(Detail, offset=(30, line + 1))
        await one.pilot.pause()
        assert one.screen.finding is symptom


@pytest.mark.presses("causes.explain", "explanation.back", "explanation.down", "explanation.up")
async def test_what_explain_says_opens_over_the_screen(done: Done) -> None:
    async with shown(done) as one:
        await one.press("e")
        await until(one.pilot, lambda: isinstance(one.app.screen, Explanation))
        text = one.app.screen.query_one("#explanation", Static)
        await until(one.pilot, lambda: "Why it breaks" in str(text.content))
        assert "entry-script.model-not-global" in str(text.content)
        await one.press("j", "k", "escape")
        assert isinstance(one.app.screen, CausesScreen)


@pytest.mark.presses("causes.filter", "filter.end", "filter.list", "causes.back")
async def test_typed_words_filter_the_rows(three: Done) -> None:
    async with shown(three) as one:
        everything = one.titles
        await one.press("slash", *"numpy array")
        assert one.app.focused is one.screen.query_one(Filter)
        assert [row.title for i in one.found.shown if (row := one.found.rows[i]).finding] == [
            finding.title for finding in three.diagnosed[0].report.causes if "numpy array" in finding.title
        ]
        await one.press("enter")
        assert one.app.focused is one.found
        assert one.screen.finding is three.diagnosed[0].report.causes[2]
        await one.press("escape")
        assert one.titles == everything
        assert not one.screen.query_one(Filter).display
        await one.press("slash", *"q?1", "escape")
        assert one.app.current_mode == "causes"
        assert one.titles == everything
        await one.press("slash", *"qqqq")
        assert one.found.render_line(0).text.strip() == "no row has these words"


@pytest.mark.presses("causes.before", "causes.next")
async def test_several_targets_are_chosen_among(several: Done) -> None:
    names = [one.report.target.name for one in several.diagnosed]
    broken = [n for n, one in enumerate(several.diagnosed) if one.report.causes]
    async with shown(several) as one:
        one.app.choose(broken[0])
        await one.pilot.pause()
        assert "1 of 3" in str(one.screen.query_one(Chooser).query_one("#which", Static).content)
        await one.press("right_square_bracket")
        assert one.app.state.number == broken[1]
        assert one.titles[0] == f"failing: {names[broken[1]]}"
        await one.press("right_square_bracket")
        assert one.titles[0].startswith("inconclusive: ")
        await one.press("left_square_bracket")
        assert one.app.state.number == broken[1]
        await one.pilot.click("#on")
        await one.pilot.pause()
        assert one.titles[0].startswith("inconclusive: ")
        await one.press("o")
        await until(one.pilot, lambda: isinstance(one.app.screen, ChooserModal))
        await one.press(*"init-parameter", "enter")
        await until(one.pilot, lambda: isinstance(one.app.screen, CausesScreen))
        assert "init-parameter" in one.titles[0]


async def test_five_hundred_targets_are_listed_and_filtered(done: Done, healthy: Done) -> None:
    def named(one: Diagnosis, name: str) -> Diagnosis:
        return replace(one, report=replace(one.report, target=replace(one.report.target, name=name)))

    many = [named(healthy.diagnosed[0], f"shop/deployment/score-{n}") for n in range(499)]
    done = Done(diagnosed=(*many, named(done.diagnosed[0], "shop/deployment/broken")), refused=("x: denied",))
    async with shown(done, (80, 24)) as one:
        assert "1 target could not be examined" in str(one.screen.query_one("#news", Static).content)
        await one.press("o")
        await until(one.pilot, lambda: isinstance(one.app.screen, ChooserModal))
        await one.press(*"broken", "enter")
        await until(one.pilot, lambda: isinstance(one.app.screen, CausesScreen))
        assert one.app.state.number == 499
        assert "1 of 500" in str(one.screen.query_one("#which", Static).content)


async def test_what_is_new_and_what_is_gone_is_marked(three: Done) -> None:
    report = three.diagnosed[0].report
    gone, kept = report.causes[0], report.causes[1:]
    new = Finding(id="runtime.run-raised", family="runtime", title="run() raises OSError", evidence=())
    after = replace(report, causes=(*kept, new), findings=(*kept, new))
    async with shown(three) as one:
        one.found.go(one.titles.index(kept[0].title))
        await one.take(Done(diagnosed=(replace(three.diagnosed[0], report=after),)))
        assert one.screen.finding is kept[0]  # the cursor stays with its finding
        assert "new: run() raises OSError" in one.row(new.title)
        assert "new: " not in one.row(kept[0].title)
        news = str(one.screen.query_one("#news", Static).content)
        assert news == f" since the diagnosis before: 1 cause gone, 1 new; gone: {gone.title}"
        await one.press("home")
        assert f"gone: {gone.title}" in " ".join(one.detail.text.split())


async def test_what_is_gone_is_said_once_and_without_its_symptoms(three: Done) -> None:
    report = three.diagnosed[0].report
    gone, kept = report.causes[0], report.causes[1:]
    after = replace(report, causes=kept, findings=kept)
    async with shown(three) as one:
        await one.take(Done(diagnosed=(replace(three.diagnosed[0], report=after),)))
        news = str(one.screen.query_one("#news", Static).content)
        assert news == f" since the diagnosis before: 1 cause gone: {gone.title}"


async def test_a_cause_that_comes_is_chosen_unless_the_cursor_was_moved(three: Done) -> None:
    report = three.diagnosed[0].report
    notes = tuple(one for one in report.findings if one.gravity is Severity.INFO)
    assert notes
    well = replace(report, causes=(), findings=notes, verdict=Verdict.HEALTHY)
    healthy = Done(diagnosed=(replace(three.diagnosed[0], report=well),))
    async with shown(healthy, (80, 24)) as one:
        assert one.screen.finding is None  # the verdict tells what was tried; nothing there needs a fix
        assert one.found.row
        assert one.found.row.kind == "verdict"
        await one.take(three)
        assert one.screen.finding is report.causes[0]
        assert one.found.scroll_offset.y == 0
        await one.press("home")
        assert one.screen.finding is report.causes[0]  # f on the verdict is for the first cause
        await one.take(healthy)
        one.found.go(one.titles.index(notes[0].title))
        await one.take(three)
        assert one.screen.finding is notes[0]


async def test_folds_cursor_and_scroll_survive_renewal_resizing_and_other_screens(three: Done) -> None:
    async with shown(three, (120, 16)) as one:
        skipped = next(n for n, title in enumerate(one.titles) if title.endswith("checks") and n > 4)
        one.found.go(skipped)
        await one.press("enter", "end", "up")
        before, cursor, height = one.titles, one.found.cursor, one.found.cursor - one.found.scroll_offset.y
        await one.take(replace(three, diagnosed=tuple(replace(d, digests={}) for d in three.diagnosed)))
        assert (one.titles, one.found.cursor) == (before, cursor)
        assert one.found.cursor - one.found.scroll_offset.y == height
        await one.pilot.resize_terminal(80, 24)
        await one.press("3", "2")
        await one.pilot.resize_terminal(20, 5)
        await one.pilot.pause()
        assert (one.titles, one.found.cursor) == (before, cursor)


async def test_a_renewal_with_more_symptoms_folds_none_away_under_the_cursor(done: Done) -> None:
    async with shown(done) as one:
        rows = one.found.rows
        at = next(n for n, row in enumerate(rows) if row.parent >= 0 and rows[row.parent].finding)
        one.found.go(one.found.shown.index(at))
        many = [copy(row) for row in rows]
        many[rows[at].parent].is_open = False
        one.found.show(many, done.diagnosed[0].report.target.name)
        assert one.found.row is many[at]


@pytest.mark.presses("detail.top", "detail.end", "detail.page-up", "detail.page-down")
async def test_eighty_columns_show_list_and_detail_below_each_other(done: Done) -> None:
    async with shown(done, (80, 24)) as one:
        assert one.found.region.bottom <= one.detail.region.y
        assert one.found.size.height >= 6
        assert one.detail.size.height >= 9
        await one.press("right", "left")
        await one.press("tab")
        assert one.app.focused is one.detail
        await one.press("end")
        assert one.detail.scroll_offset.y > 0
        await one.press("home", "pagedown", "pageup", "j", "k")
        assert one.detail.scroll_offset.y == 0


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (80, 16)])
async def test_small_terminals_show_one_part_at_a_time(three: Done, size: tuple[int, int]) -> None:
    async with shown(three, size) as one:
        assert one.found.region.area
        assert not one.detail.region.area
        await one.press("enter")
        assert one.app.focused is one.detail
        assert one.detail.region.area
        assert not one.found.region.area
        assert one.detail.text.startswith("✗ error: look-alike")
        await one.press("escape")
        assert one.app.focused is one.found
        assert one.found.region.area


async def test_a_click_chooses_and_folds(done: Done) -> None:
    symptoms = [finding.title for finding in arrange(done.diagnosed[0].report).symptoms[0]]
    async with shown(done) as one:
        row = one.titles.index(symptoms[0])
        await one.pilot.click(CauseList, offset=(20, row + 1))
        await one.pilot.pause()
        assert one.screen.finding is not None
        assert one.screen.finding.title == symptoms[0]
        await one.pilot.click(CauseList, offset=(3, 3))
        await one.pilot.pause()
        assert symptoms[0] not in one.titles


async def test_what_strangers_wrote_is_text(three: Done) -> None:
    report = three.diagnosed[0].report
    hostile = "[bold]x[/] \x1b[31m [/nothing] password=hunter2-hunter2"
    long = "y" * 90_000 + " the end"
    quotes = (Quote(source="a.log", line=1, text=long, mark=(90_001, 90_004)), Quote(source="", text=hostile))
    cause = Finding(id="logs.odd", family="logs", title=hostile, why=hostile, evidence=quotes)
    after = replace(report, causes=(cause,), findings=(cause,))
    async with shown(Done(diagnosed=(replace(three.diagnosed[0], report=after),))) as one:
        await until(one.pilot, lambda: "logs.odd" in one.detail.text)
        screen = "\n".join([one.detail.text, *(one.found.render_line(y).text for y in range(5))])
        assert "[bold]x[/]" in screen
        assert "\x1b" not in screen
        assert "hunter2" not in screen
        assert "the end" in screen
        assert len(one.detail.text) < 20_000
        assert max(map(len, one.detail.text.split("\n"))) <= one.detail.size.width


async def test_a_renewal_comes_before_the_detail_of_a_row_is_drawn(three: Done) -> None:
    report = three.diagnosed[0].report
    well = replace(report, causes=(), findings=(), verdict=Verdict.HEALTHY)
    async with shown(three) as one:
        one.found.go(one.titles.index(report.causes[1].title))  # its message is on the way
        await one.take(Done(diagnosed=(replace(three.diagnosed[0], report=well),)))
        assert one.found.row
        assert one.found.row.kind == "verdict"
        assert one.detail.text.startswith("✓")
