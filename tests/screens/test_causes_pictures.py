"""What the causes look like: while a diagnosis runs, failing, healthy, and in a small terminal."""

from pathlib import Path

import msgspec
import pytest
from screens.journeys import until
from textual.pilot import Pilot

from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis, Done
from doctor.report import Report
from tui.app import DoctorApp
from tui.state import Step

GOLDEN = Path(__file__).parents[1] / "golden"
CALL = Call(kind="script", name="score.py")


def showing(name: str | None) -> DoctorApp:
    app = DoctorApp()
    if name:
        report = msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=Report)
        app.state.done = Done(diagnosed=(Diagnosis(call=CALL, report=report),))
    return app


async def causes(pilot: Pilot[None]) -> None:
    pilot.app.switch_mode("causes")
    await until(pilot, lambda: pilot.app.screen.query("#standing"))
    await pilot.pause()


@pytest.mark.parametrize(("name", "size"), [("failing", (120, 40)), ("failing", (80, 24)), ("healthy", (100, 24))])
def test_a_result_looks_so(snap_compare: object, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(showing(name), run_before=causes, terminal_size=size)  # type: ignore[operator]


def test_a_diagnosis_under_way_looks_so(snap_compare: object) -> None:
    app = showing(None)
    app.state.steps = (
        Step("starting", 0.0, 0.4),
        Step("running init() and run()", 0.4, 2.9),
        Step("judging", 2.9, 3.0),
    )
    app.state.running = True
    assert snap_compare(app, run_before=causes, terminal_size=(80, 24))  # type: ignore[operator]
