"""The evidence explorer: its tabs, its keys, and what it says where there is nothing."""

from pathlib import Path

import pytest
from screens.journeys import diagnosed, sample_copy, until

from checks.finding import Quote
from doctor.diagnosis.result import Done
from doctor.exploring.table import Table
from tui.app import DoctorApp
from tui.evidence.files_pane import FilesPane
from tui.evidence.screen import EvidenceScreen
from tui.evidence.table_pane import TablePane


def opened(done: Done) -> DoctorApp:
    """An app whose diagnosis is done."""
    app = DoctorApp()
    app.state.done = done
    app.state.call = done.diagnosed[0].call
    return app


def screen_of(app: DoctorApp) -> EvidenceScreen:
    """The screen in front."""
    assert isinstance(app.screen, EvidenceScreen)
    return app.screen


def table_of(app: DoctorApp, name: str) -> TablePane:
    """A tab that is a table."""
    pane = screen_of(app).pane(name)
    assert isinstance(pane, TablePane)
    return pane


def files_of(app: DoctorApp) -> FilesPane:
    """The tab of files."""
    pane = screen_of(app).pane("files")
    assert isinstance(pane, FilesPane)
    return pane


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The diagnosis of a script that asks for a package which its environment file does not list."""
    return diagnosed(sample_copy("package-not-listed", tmp_path_factory.mktemp("evidence")))


async def test_every_tab_has_its_key(broken: Done) -> None:
    app = opened(broken)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
        for key, name in {"I": "files", "A": "packages", "E": "environment", "T": "timeline", "O": "probe"}.items():
            await pilot.press(key)
            await pilot.pause()
            assert screen_of(app).tab == name
        await pilot.press("less_than_sign")
        assert screen_of(app).tab == "timeline"
        await pilot.press("greater_than_sign", "greater_than_sign")
        assert screen_of(app).tab == "log", "calls are passed over where there are none"
        await pilot.press("C")
        assert screen_of(app).tab == "log"
