"""The app: four screens over one state, and what they ask of it: to diagnose, to draw, to show a proof, to leave."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Static

from tui import ending, themes
from tui.actions import Actions
from tui.key_queue import KeyQueue
from tui.keys import KEYS
from tui.loading import later, load
from tui.screen import DoctorScreen
from tui.state import State
from tui.surviving import SurvivingApp
from tui.toasts import Toasts

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.worker import Worker

    from checks.finding import Finding, Quote
    from doctor.diagnosis.call import Call
    from doctor.diagnosis.result import Done
    from doctor.diagnosis.running import Running
    from tui.fixes.applying import Applied

TO_PAINT = 0.1
"""Seconds that another screen waits at most until it is painted that it is opened."""


def _commands() -> "type[Provider]":
    from tui.palette import DoctorCommands

    return DoctorCommands


class DoctorApp(SurvivingApp, Actions, Toasts, KeyQueue):
    """`doctor tui`. `call` is diagnosed at once; without one the targets below `folder` and elsewhere are shown."""

    TITLE = "doctor"
    CSS_PATH = "app.tcss"
    MODES = {
        "targets": later("targets"),
        "causes": later("causes"),
        "evidence": later("evidence"),
        "payloads": later("payloads"),
    }
    COMMANDS = {_commands}
    BINDINGS = KEYS

    def __init__(self, call: "Call | None" = None, folder: Path = Path(), *, clusters: "Call | None" = None) -> None:
        self.DEFAULT_MODE = "causes" if call else "targets"  # type: ignore[misc] # known at the start only
        super().__init__()
        self.state = State(call=call)
        self.folder = folder
        self.clusters = clusters  # which kubeconfig, context and namespace are listed; None: as kubectl finds them
        self._complaint = themes.dress(self)
        self._can_cancel = False
        self.running: Running | None = None  # the diagnosis that the state tells of
        self.under_way: set[Running] = set()  # those too that were cancelled, until they are gone
        self.watched: Call | None = None  # what is watched; it follows the target of the state
        self.proving: Quote | None = None  # what the evidence is opened for
        self.proving_from = "causes"  # the screen from which
        self.applied: list[Applied] = []  # fixes of this run; undo takes back the last one
        self.writing = asyncio.Lock()  # one change of files after the other, however fast the keys come
        self.outdated: Done | None = None  # the result whose lines doctor's own last change has moved
        self.before_leaving: list[Callable[[], Awaitable[bool]]] = []  # each is asked; False: the person stays
        self.copied: tuple[str, float] | None = None  # the last text, and when: the same key again shows it
        self._given: dict[tuple[str, str], dict[str, str]] = {}

    def on_mount(self) -> None:
        """Begin with the target of the command line."""
        themes.suit(self)
        ending.heed(self)
        if self._complaint:
            self.notify(self._complaint, title="your choices", severity="warning", timeout=12, markup=False)
        if self.state.call is not None:
            self.diagnose(self.state.call)

    # ---- diagnosing

    def diagnose(self, call: "Call", *, quietly: bool = False) -> "Worker[None]":
        """Diagnose a target, end what is under way, and show the causes, unless `quietly`.

        The worker ends with the diagnosis.
        """
        from tui.diagnosing import begin

        return begin(self, call, quietly=quietly)

    def action_renew(self) -> None:
        """Diagnose what is shown once more."""
        call = self.state.diagnosis.call if self.state.diagnosis else self.state.call
        if call is not None:
            self.diagnose(call)
        else:
            self.notify("nothing to run again: press 1 and choose a target", markup=False)

    def action_cancel(self) -> None:
        """End the diagnosis under way."""
        if self.running is not None:
            self.background(self.running.cancel, what="cancel")

    async def action_switch_mode(self, mode: str) -> None:
        """Open a screen. One that is not there yet is told at once, and made once that is painted."""
        if not self._screen_stacks.get(mode):
            for heading in self.screen.query("Heading").results(Static):
                heading.update(f" opening {mode} ...", layout=False)
            painted = asyncio.Event()
            self.screen.call_after_refresh(painted.set)
            await load(mode)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(painted.wait(), TO_PAINT)
        self.switch_mode(mode)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """There is something to cancel only while something runs."""
        return self.state.running if action == "cancel" else True

    # ---- drawing

    def changed(self) -> None:
        """Let the screen in front draw the state; those behind catch up when they come to the front."""
        if isinstance(self.screen, DoctorScreen):
            self.screen.catch_up()
        if self.state.running != self._can_cancel:
            self._can_cancel = self.state.running
            self.screen.refresh_bindings()

    def choose(self, number: int) -> None:
        """Show another diagnosis of the result."""
        self.state.number = number
        self.changed()

    def prove(self, quote: "Quote") -> None:
        """Show where a quote stands: in the log, or in the file."""
        self.proving, self.proving_from = quote, self.current_mode
        self.call_later(self._reveal, quote)

    async def _reveal(self, quote: "Quote") -> None:
        await self.action_switch_mode("evidence")
        from tui.evidence.screen import EvidenceScreen

        if isinstance(self.screen, EvidenceScreen):
            self.screen.reveal(quote)

    @property
    def finding(self) -> "Finding | None":
        """The finding that keys speak of."""
        return self.screen.finding if isinstance(self.screen, DoctorScreen) else None

    def given(self, finding: "Finding") -> dict[str, str]:
        """What the person filled in for a finding, by placeholder; kept until the app ends, and nowhere else."""
        return self._given.setdefault((finding.id, finding.title), {})

    def to_terminal(self, text: str) -> None:
        """Put a text into the terminal's clipboard, without a word."""
        super().copy_to_clipboard(text)

    def copy_to_clipboard(self, text: str) -> None:
        """What Textual copies of itself, a selection or the text of a field: say where it went."""
        from tui.fixes.clipboard import copy, tell

        self.to_terminal(text)
        is_shown = not self.screen.is_modal and self.screen.get_selected_text() == text
        job = partial(copy if is_shown else tell, self, text, "the selection")
        self.background(job, what="copy the selection")

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """A picture of the screen in front, as SVG that asks no host for its fonts."""
        drawn = super().export_screenshot(title=title, simplify=simplify)
        return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)

    # ---- leaving

    def action_help_quit(self) -> None:
        """Ctrl-C, which elsewhere ends a program, says here which keys do."""
        self.clear_notifications()
        cancels = "escape cancels the diagnosis; " if self.state.running else ""
        self.notify(f"Ctrl-C ends nothing here: {cancels}ctrl+q leaves", markup=False, timeout=4)

    async def action_quit(self) -> None:
        """Leave, unless somebody wants to stay for what is not saved."""
        self.background(partial(ending.leave, self), what="leave")

    async def on_unmount(self) -> None:
        """Nothing that looks at a target outlives the screen."""
        await asyncio.gather(*(one.close() for one in self.under_way))
