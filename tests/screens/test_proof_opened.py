"""The jump from a cause to its proof: straight to the tab, with a word of where one goes until it is there."""

from pathlib import Path

from screens.journeys import diagnosed, until
from textual.message import Message
from textual.widgets import Static, TabbedContent

from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.evidence.files_pane import FilesPane
from tui.evidence.screen import EvidenceScreen


async def test_it_is_said_where_one_goes_and_no_other_tab_flashes_up(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text("def init():\n    model = 2\n\n\ndef run(data):\n    return model * len(data)\n")
    (tmp_path / "sample.json").write_text("[1, 2]")
    app = DoctorApp()
    app.state.done = diagnosed(script)
    tabs: list[str] = []
    said: list[str] = []

    def seen(message: Message) -> None:
        if isinstance(message, TabbedContent.TabActivated):
            tabs.append(str(message.pane.id))
        if app.screen_stack and isinstance(app.screen, EvidenceScreen):
            for pane in app.screen.query(FilesPane):
                said.extend(str(one.content) for one in pane.query(Static) if one.id in {"nothing", "name"})

    async with app.run_test(size=(80, 24), message_hook=seen) as pilot:
        app.switch_mode("causes")
        await until(pilot, lambda: isinstance(app.focused, CauseList) and app.focused.row)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen) and app.screen.query(FilesPane))
        pane = app.screen.query_one(FilesPane)
        await until(pilot, lambda: pane.text.marked is not None)
        assert set(tabs) == {"files"}
        assert any(one.startswith("opening score.py:") for one in said)
        assert not str(pane.view.query_one("#name", Static).content).startswith("opening")
