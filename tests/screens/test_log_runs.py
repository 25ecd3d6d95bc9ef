"""The run filter of a log says how many runs there were, and how many of them the log shows."""

from pathlib import Path

from msgspec.structs import replace
from screens.journeys import until
from screens.log_journeys import LogApp, diagnosis_of, written

from checks.containers import Container, ContainerState, EngineInfo
from checks.evidence import Log, Missing
from tui.evidence.log_bar import LogBar


async def test_runs_that_the_log_does_not_show_are_counted(tmp_path: Path) -> None:
    text = written(tmp_path / "web.log", 30).read_text()
    diagnosis = diagnosis_of(Log(source="web", text=text, starts=(11, 21)))
    assert diagnosis.evidence is not None
    state = ContainerState(status="restarting", restarts=11)
    container = Container(
        id="1", name="web", engine=EngineInfo(address="unix:///none"), state=state, image=Missing(reason="gone")
    )
    app = LogApp(replace(diagnosis, evidence=diagnosis.evidence.replace(container=container)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.pane.lines)
        chip = app.pane.query_one(LogBar).chip("run")
        await until(pilot, lambda: "3 of 12 runs seen" in str(chip.render()))
        await pilot.press("s")
        await until(pilot, lambda: "run 3 of 3 seen" in str(chip.render()))
        await pilot.press("s", "s", "s")
        await until(pilot, lambda: "3 of 12 runs seen" in str(chip.render()))
