"""Several targets in one result: a line that says which is shown, and a list of all of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from doctor.diagnosis.result import Diagnosis
from doctor.redact import redact
from doctor.report import Report, Verdict
from tui.causes.marks import verdict_mark
from tui.shortened import one_line
from tui.surviving import Surviving

if TYPE_CHECKING:
    from tui.state import State

_GRAVITY = {Verdict.FAILING: 0, Verdict.INCONCLUSIVE: 1, Verdict.HEALTHY: 2}


def ordered(diagnosed: Sequence[Diagnosis]) -> list[int]:
    """The numbers of the diagnoses, those that fail first."""
    return sorted(range(len(diagnosed)), key=lambda number: _GRAVITY[diagnosed[number].report.verdict])


def neighbour(diagnosed: Sequence[Diagnosis], number: int, by: int) -> int:
    """The number of another diagnosis in that order, around the end."""
    order = ordered(diagnosed)
    return order[(order.index(number) + by) % len(order)]


def told(report: Report) -> Content:
    """`✗ failing  score.py: the model is not global`."""
    sign, word, color = verdict_mark(report.verdict)
    why = f": {report.causes[0].title}" if report.causes else ""
    text = one_line(redact(f"{report.target.name}{why}"))
    return Content.assemble((f"{sign} {word}  ", f"bold {color}"), text)


class Chooser(Surviving, Horizontal):
    """One line: `[ 2 of 5 ]` and what is shown. Clicks go back, on, and to the list of all."""

    DEFAULT_CSS = """
    Chooser { height: 1; background: $surface; }
    Chooser > Static { height: 1; width: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    Chooser > #shown { width: 1fr; }
    Chooser > Static:hover { background: $boost; }
    """

    def compose(self) -> ComposeResult:
        """Back, which, on, what."""
        for name, text, tooltip in (
            ("back", " [ ", "The target before this one"),
            ("which", "", "A list of all targets"),
            ("on", " ]  ", "The next target"),
            ("shown", "", "A list of all targets"),
        ):
            part = Static(text, id=name, markup=False)
            part.tooltip = tooltip
            yield part

    def show(self, state: "State") -> None:
        """Draw it where there are several."""
        diagnosed, number = state.done.diagnosed if state.done else (), state.number
        self.display = len(diagnosed) > 1
        if not self.display or state.diagnosis is None:
            return
        order = ordered(diagnosed)
        self.query_one("#which", Static).update(f"{order.index(number) + 1} of {len(order)}, o lists")
        self.query_one("#shown", Static).update(told(diagnosed[number].report))

    def on_click(self, event: events.Click) -> None:
        """What the keys do."""
        name = event.widget.id if event.widget else None
        action = {"back": "screen.step(-1)", "on": "screen.step(1)"}.get(name or "", "screen.targets")
        self.call_later(self.run_action, action)


class ChooserModal(ModalScreen[int | None]):
    """All targets of a result; the chosen one's number."""

    HELP = "All targets of this result, those that fail first. Type to filter, Enter shows one, Escape goes back."
    CSS = """
    ChooserModal { align: center middle; }
    ChooserModal > Vertical { width: 90%; max-width: 110; height: 80%; border: round $primary; background: $surface; }
    ChooserModal Input { border: none; height: 1; margin: 0 1; }
    ChooserModal OptionList { height: 1fr; border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="target-list.back", tooltip="Stay with the target shown"),
        Binding("down", "to_list", "List", show=False, id="target-list.down", tooltip="Into the list"),
    ]

    def __init__(self, diagnosed: Sequence[Diagnosis], number: int) -> None:
        super().__init__()
        self._texts = {one: told(diagnosed[one].report) for one in ordered(diagnosed)}
        self._number = number

    def compose(self) -> ComposeResult:
        """A field to filter by, and the list."""
        with Vertical() as box:
            box.border_title = f"{len(self._texts)} targets"
            box.border_subtitle = "enter shows, esc goes back"
            yield Input(placeholder="type to filter", id="filter")
            yield OptionList(id="all", markup=False)

    def on_mount(self) -> None:
        """Begin with all."""
        self._fill("")

    def _fill(self, words: str) -> None:
        wanted = words.lower().split()
        found = [n for n, text in self._texts.items() if all(word in text.plain.lower() for word in wanted)]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._texts[number], id=str(number)) for number in found])
        if found:
            options.highlighted = found.index(self._number) if self._number in found else 0

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter."""
        self._fill(event.value)

    def on_input_submitted(self) -> None:
        """Enter in the field shows the marked one."""
        self.query_one(OptionList).action_select()

    def action_to_list(self) -> None:
        """From the field into the list."""
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Show that one."""
        self.dismiss(int(event.option.id or 0))
