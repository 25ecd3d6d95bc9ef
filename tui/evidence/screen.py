"""The screen `evidence`: what was seen, in tabs."""

from functools import partial
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import TabbedContent, TabPane, Tabs

from checks.finding import Quote
from doctor.diagnosis.result import Diagnosis
from doctor.exploring.calls import has_calls
from doctor.exploring.proving import part_of
from tui.evidence.files_pane import FilesPane
from tui.evidence.lazy_tabs import LazyTabs
from tui.evidence.log_pane import LogPane
from tui.evidence.table_pane import TablePane
from tui.evidence.tabs import HELP, KEYS, TABS, new_pane, telling, title
from tui.footer import KeyLine
from tui.heading import Heading
from tui.screen import DoctorScreen


class EvidenceScreen(DoctorScreen):
    """Each tab is filled when it is opened; what a diagnosis did not see, its tab says, and how to see it."""

    HELP = HELP
    DEFAULT_CSS = """
    EvidenceScreen TabbedContent { height: 1fr; }
    EvidenceScreen ContentSwitcher { height: 1fr; }
    EvidenceScreen TabPane { height: 1fr; padding: 0; }
    EvidenceScreen Tab { padding: 0 1; color: $text-muted; }
    EvidenceScreen Tab.-active { color: $foreground; text-style: bold; }
    """
    BINDINGS = KEYS

    def __init__(self) -> None:
        super().__init__()
        self._quote: Quote | None = None
        self._is_chosen = False  # a person, or a proof, has opened a tab
        self._met: Diagnosis | None = None
        self._led_from = ""  # the screen from which a proof led here

    def compose(self) -> ComposeResult:
        """Heading, tabs, keys."""
        yield Heading()
        first = self._first
        with LazyTabs(initial=first):
            for name in TABS:
                with TabPane(title(name), id=name):
                    if name == first:
                        yield new_pane(name)
        yield KeyLine()

    def on_mount(self) -> None:
        """Say what each tab is for."""
        super().on_mount()
        for name, (key, word, what) in TABS.items():
            self._tabs.get_tab(name).tooltip = f"{word} ({key}): {what}"
        if self._quote is not None:
            self.reveal(self._quote)
        self.call_after_refresh(self._tabs.lay_out)

    @property
    def _first(self) -> str:
        """The tab to begin with, known before it is drawn: another one would flash up first."""
        diagnosis, quote = self.state.diagnosis, self.doctor.proving
        if quote is not None and diagnosis is not None and diagnosis.evidence is not None:
            self._is_chosen = True
            return part_of(diagnosis.evidence, quote)
        return telling(diagnosis)

    @property
    def _tabs(self) -> LazyTabs:
        return self.query_one(LazyTabs)

    @property
    def tab(self) -> str:
        """The open tab."""
        return self._tabs.active

    def pane(self, name: str) -> Any:
        """What a tab holds: a LogPane, a FilesPane or a TablePane."""
        return self._tabs.pane(name)

    # ---- what is shown

    def show(self) -> None:
        """Draw the state: the open tab now, each other one when it is opened."""
        self.query_one(Heading).show()
        evidence = self.state.diagnosis.evidence if self.state.diagnosis else None
        if evidence is not None and has_calls(evidence):
            self._tabs.show_tab("calls")
        else:
            if self.tab == "calls":
                self._tabs.active = "log"
            self._tabs.hide_tab("calls")
        if not self._is_chosen and self._met is not self.state.diagnosis:
            self._met = self.state.diagnosis
            self._tabs.active = telling(self._met)
            if self.focused is None or isinstance(self.focused, Tabs):
                self.call_after_refresh(self._focus, self.tab)
        self._fill()

    def _fill(self) -> None:
        if self._tabs.waits(self.tab, self._fill):
            return
        pane, diagnosis = self.pane(self.tab), self.state.diagnosis
        if isinstance(pane, (FilesPane, TablePane)):
            pane.show(diagnosis, hint=self._hint(diagnosis))
        else:
            pane.show(diagnosis)

    def _hint(self, diagnosis: Diagnosis | None) -> str:
        if diagnosis is not None:
            return ""
        if self.state.running:
            return "The target is being looked at. What is seen will stand here."
        return f"The target could not be looked at: {self.state.failed.text}" if self.state.failed else ""

    @on(TabbedContent.TabActivated)
    def _activated(self) -> None:
        self._fill()

    # ---- moving

    @on(events.Click, "Tab")
    def _clicked(self) -> None:
        self._is_chosen = True

    def action_tab(self, name: str) -> None:
        """Open a tab, and put the keys into it."""
        if name == "calls" and not self._tabs.get_tab("calls").display:
            self._is_chosen = True
            self.notify("nothing was asked of a service here", markup=False)
            return
        self._open(name)
        self.call_after_refresh(self._focus, name)

    def _open(self, name: str) -> None:
        self._is_chosen = True
        if self.tab != name:
            self.query_one(Tabs).focus()  # a part that is hidden while it has the keys would bring its tab back
        self._tabs.active = name
        self._fill()

    def action_next(self, by: int) -> None:
        """The next tab that shows, or the one before."""
        names = [name for name in TABS if self._tabs.get_tab(name).display]
        at = names.index(self.tab) if self.tab in names else 0
        self.action_tab(names[(at + by) % len(names)])

    def _focus(self, name: str) -> None:
        if self._tabs.waits(name, partial(self._focus, name)):
            return
        part: Widget = self.pane(name)
        if isinstance(part, (FilesPane, TablePane)):
            part.take_keys()
        elif isinstance(part, LogPane) and part.view.display:
            part.view.focus()  # even where its lines are still on their way: the keys are those of the log
        elif part.focusable:
            part.focus()
        else:
            next((one for one in part.query("*") if one.focusable), self.query_one(Tabs)).focus()

    # ---- proof

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a way back where a proof led here; while a diagnosis runs, the key ends that."""
        if action == "back":
            return bool(self._led_from) and not self.state.running
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """To the cause again, or to the answer."""
        back, self._led_from = self._led_from, ""
        self.doctor.switch_mode(back)

    def reveal(self, quote: Quote) -> None:
        """Show where a quote stands."""
        if not self._is_there:
            self._quote = quote  # asked before the screen was ever shown
            return
        evidence = self.state.diagnosis.evidence if self.state.diagnosis else None
        if evidence is None:
            self.notify("this report was saved without its evidence", severity="warning", markup=False)
            return
        self._led_from = self.doctor.proving_from
        self.refresh_bindings()
        name = part_of(evidence, quote)
        self._open(name)
        if self._tabs.waits(name, partial(self.reveal, quote)):
            return
        pane = self.pane(name)
        if isinstance(pane, TablePane):
            self.call_after_refresh(self._focus, name)
            pane.reveal(f"{quote.source}\n{quote.text}")
        elif isinstance(pane, LogPane):
            pane.reveal(quote.source, quote.line, quote.text)
        else:
            pane.reveal(quote.source, quote.line)

    @on(TablePane.Led)
    def _led(self, event: TablePane.Led) -> None:
        """A row of a table leads to a line of a file."""
        self._open("files")
        if not self._tabs.waits("files", partial(self._led, event)):
            self.pane("files").reveal(event.path, event.line)
