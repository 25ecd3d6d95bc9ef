"""The app: four screens over one state, and the one place that starts and ends diagnoses."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.screen import Screen

from tui import ending, themes
from tui.beside import beside
from tui.keys import KEYS
from tui.one_by_one import OneByOne
from tui.screen import DoctorScreen
from tui.state import State
from tui.surviving import Surviving
from tui.toasts import Toasts

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.worker import Worker

    from checks.finding import Finding, Quote
    from doctor.diagnosis.call import Call
    from doctor.diagnosis.running import Running
    from tui.beside import Job
    from tui.fixes.applying import Applied

MOST_PASTED = 4096
"""Letters that a field of one line takes at once: as many as the longest path has."""


def _later(module: str, name: str) -> Callable[[], Screen[Any]]:
    """A screen whose file is imported when it is opened: the first one is on the terminal sooner."""

    def opened() -> Screen[Any]:
        screen = getattr(import_module(module), name)()
        assert isinstance(screen, Screen)
        return screen

    return opened


def _commands() -> "type[Provider]":
    from tui.palette import DoctorCommands

    return DoctorCommands


class DoctorApp(Surviving, Toasts, OneByOne):
    """`doctor tui`. `call` is diagnosed at once; without one the targets below `folder` and elsewhere are shown.

    `raises`: errors of doctor's own end the app, as tests want it.
    """

    TITLE = "doctor"
    CSS_PATH = "app.tcss"
    MODES = {
        "targets": _later("tui.targets.screen", "TargetsScreen"),
        "causes": _later("tui.causes.screen", "CausesScreen"),
        "evidence": _later("tui.evidence.screen", "EvidenceScreen"),
        "payloads": _later("tui.payloads.screen", "PayloadsScreen"),
    }
    COMMANDS = {_commands}
    BINDINGS = KEYS

    raises: ClassVar[bool] = False

    def __init__(self, call: "Call | None" = None, folder: Path = Path(), *, clusters: "Call | None" = None) -> None:
        self.DEFAULT_MODE = "causes" if call else "targets"  # type: ignore[misc] # known at the start only
        super().__init__()
        self.state = State(call=call)
        self.folder = folder
        self.clusters = clusters  # which kubeconfig, context and namespace are listed; None: as kubectl finds them
        self._complaint = themes.dress(self)
        self._can_cancel = False
        self.running: Running | None = None
        self.under_way: set[Running] = set()  # those too that were cancelled, until they are gone
        self.watched: Call | None = None
        self.applied: list[Applied] = []
        self.before_leaving: list[Callable[[], Awaitable[bool]]] = []  # each is asked; False: the person stays
        self.copied: tuple[str, float] | None = None

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
        from tui.diagnosing import examine

        state = self.state
        if call != state.call and call not in [one.call for one in (state.done.diagnosed if state.done else ())]:
            state.done, state.earlier = None, {}
        state.call = call
        name = f"diagnosis of {call.title}"
        worker = beside(self, partial(examine, self, call), what=name, group="diagnosis")
        if self.current_mode != "causes" and not quietly:
            self.switch_mode("causes")
        if state.watching and self.watched != call:
            self._do("tui.watching", "resume")
        return worker

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

    async def on_event(self, event: events.Event) -> None:
        """A log that was pasted into a field of one line would be measured letter by letter."""
        if isinstance(event, events.Paste):
            from textual.widgets import Input

            if isinstance(self.focused, Input):
                event.text = event.text[:MOST_PASTED]
        await super().on_event(event)

    # ---- what keys do

    def on_key(self, event: events.Key) -> None:
        """The question mark asks for help in dialogs, too, unless it is typed into a field."""
        if event.key == "question_mark" and self.screen.is_modal:
            self.action_help()

    def action_command_palette(self) -> None:
        """Open the palette, unless one waits below another question already."""
        if not any(one.is_modal for one in self.screen_stack):
            super().action_command_palette()

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

    def action_watch(self) -> None:
        """Begin or end watching."""
        self._do("tui.watching", "toggle")

    def action_fix(self) -> None:
        """Show the chosen finding's fix, and apply it once confirmed."""
        self._do("tui.fixes.applying", "fix")

    def action_undo(self) -> None:
        """Take the last fix back."""
        self._do("tui.fixes.applying", "undo")

    def action_copy_command(self) -> None:
        """Copy the chosen finding's first command."""
        self._do("tui.fixes.copying", "copy_command")

    def action_copy_finding(self) -> None:
        """Copy the chosen finding as text."""
        self._do("tui.fixes.copying", "copy_finding")

    def action_copy_markdown(self) -> None:
        """Copy the report as Markdown."""
        self._do("tui.fixes.copying", "copy_markdown")

    def action_save_bundle(self) -> None:
        """Save evidence and report in one file."""
        self._do("tui.fixes.saving", "save_bundle")

    def action_export(self) -> None:
        """Write the report in a format of choice."""
        self._do("tui.fixes.saving", "export")

    def action_help(self) -> None:
        """Say what the screen in front is for."""
        self._do("tui.help.screen", "open_help")

    def action_jump(self) -> None:
        """Put letters on the parts of the screen, and go to the chosen one."""
        self._do("tui.help.jumping", "jump")

    def action_toggle_dark(self) -> None:
        """The light theme for a dark one, and the other way round."""
        self.dress(themes.other(self))

    def dress(self, theme: str) -> None:
        """Show another theme, and keep the choice."""
        self.theme = theme
        try:
            themes.keep(theme)
        except OSError as error:
            text = f"{themes.file()}: {error.strerror}; the theme is kept until you leave"
            self.notify(text, severity="warning", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """There is something to cancel only while something runs."""
        return self.state.running if action == "cancel" else True

    def prove(self, quote: "Quote") -> None:
        """Show where a quote stands: in the log, or in the file."""
        self.switch_mode("evidence")
        self.call_later(self._reveal, quote)

    def _reveal(self, quote: "Quote") -> None:
        from tui.evidence.screen import EvidenceScreen

        if isinstance(self.screen, EvidenceScreen):
            self.screen.reveal(quote)

    @property
    def finding(self) -> "Finding | None":
        """The finding that keys speak of."""
        return self.screen.finding if isinstance(self.screen, DoctorScreen) else None

    def _do(self, module: str, name: str) -> None:
        """Call `name(app)` of a module that only this key needs; an error there is told, and the screen stays."""
        function: Callable[[DoctorApp], Coroutine[Any, Any, None]] = getattr(import_module(module), name)
        self.background(partial(function, self), what=name.replace("_", " "))

    def background(self, job: "Job", *, what: str, group: str = "default", exclusive: bool = False) -> None:
        """Do `job` beside whatever screen is there. An exception is told with `what` was being done."""
        beside(self, job, what=what, group=group, exclusive=exclusive)

    async def on_unmount(self) -> None:
        """Nothing that looks at a target outlives the screen."""
        await asyncio.gather(*(one.close() for one in self.under_way))

    def tell_error(self, what: str, error: Exception) -> None:
        """Say what went wrong: the person's own affair in its own words, else as a bug of doctor."""
        from doctor.errors import DoctorError
        from doctor.redact import redact_lines

        text = redact_lines(str(error))
        if not isinstance(error, DoctorError):
            text = f"{type(error).__name__}: {text}\na bug in doctor, not in your service"
        self.notify(text, title=f"could not {what}", severity="error", timeout=12, markup=False)

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """A picture of the screen in front, as SVG that asks no host for its fonts."""
        drawn = super().export_screenshot(title=title, simplify=simplify)
        return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)

    def survive(self, error: Exception) -> None:
        """Tell an error that nobody expected."""
        if self.raises:
            raise error
        self.tell_error("do that", error)

    def _fatal_error(self) -> None:
        """End without the values of variables, which may be secret, that Textual would print."""
        import traceback

        from doctor.redact import redact_lines

        self._exit_renderables.append(redact_lines(traceback.format_exc()))
        self._close_messages_no_wait()

    def action_help_quit(self) -> None:
        """Ctrl-C, which elsewhere ends a program, says here which keys do."""
        self.clear_notifications()
        cancels = "escape cancels the diagnosis; " if self.state.running else ""
        self.notify(f"Ctrl-C ends nothing here: {cancels}ctrl+q leaves", markup=False, timeout=4)

    async def action_quit(self) -> None:
        """Leave, unless somebody wants to stay for what is not saved."""
        self.background(self._leave, what="leave")

    async def _leave(self) -> None:
        """What is under way is ended, and what it made removed."""
        for may_leave in self.before_leaving:
            if not await may_leave():
                return
        if self.running is not None:
            await self.running.cancel()
        self.exit()
