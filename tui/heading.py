"""The line at the top: where one is, what is examined, and how it stands."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from doctor.report import Verdict

if TYPE_CHECKING:
    from tui.state import State

NAMES = {"targets": "1 targets", "causes": "2 causes", "evidence": "3 evidence", "payloads": "4 payloads"}
MARKS = {
    Verdict.FAILING: ("✗", "$text-error"),
    Verdict.HEALTHY: ("✓", "$text-success"),
    Verdict.INCONCLUSIVE: ("–", "$text-muted"),
}


class Heading(Static):
    """One line; a click on a name opens that screen."""

    DEFAULT_CSS = "Heading { height: 1; width: 100%; background: $panel; }"

    def show(self) -> None:
        """Draw it anew."""
        state: State = self.app.state  # type: ignore[attr-defined]
        text = Text(" doctor  ", no_wrap=True, overflow="ellipsis")
        for mode, name in NAMES.items():
            text.append(name, "reverse" if mode == self.app.current_mode else "").append("  ")
        if state.call:
            text.append(state.call.title)
        if state.running:
            text.append("  looking ...")
        elif state.diagnosis:
            text.append(f"  {MARKS[state.diagnosis.report.verdict][0]} {state.diagnosis.report.verdict}")
        self.update(text)
