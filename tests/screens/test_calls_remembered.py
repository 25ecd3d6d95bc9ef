"""Which calls stand among the recent ones: those that named something that is there."""

from pathlib import Path

import pytest
from screens.journeys import until

from doctor.diagnosis.call import Call
from doctor.recent import recents
from tui.app import DoctorApp


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_call_that_names_nothing_is_not_offered_again(tmp_path: Path, is_there: bool) -> None:
    script = tmp_path / "score.py"
    if is_there:
        script.write_text("def init():\n    pass\n\n\ndef run(data):\n    return data\n")
    app = DoctorApp(Call(kind="script", name=str(script), run=False))
    async with app.run_test() as pilot:
        await until(pilot, lambda: (app.state.done or app.state.failed) and not app.state.running)
        await app.workers.wait_for_complete([one for one in app.workers if one.name.startswith("keep this target")])
        assert [one.call.name for one in recents().items] == [str(script)] * is_there
