"""The app as a whole: from a target to a diagnosis, again, cancelled, and left."""

from pathlib import Path

from screens.journeys import sample_copy, until

from doctor.diagnosis.call import Call
from tui.app import DoctorApp


async def test_a_script_is_diagnosed(tmp_path: Path) -> None:
    script = sample_copy("model-not-global", tmp_path)
    app = DoctorApp(Call(kind="script", name=str(script)))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done)
        assert app.state.diagnosis is not None
        assert app.state.diagnosis.report.causes[0].id == "entry-script.model-not-global"
        assert app.current_mode == "causes"
