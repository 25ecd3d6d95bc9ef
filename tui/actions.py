"""What the keys of `tui.keys` do: each by a module of its own, which is imported when its key is pressed."""

from collections.abc import Callable, Coroutine
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App

from tui import themes
from tui.beside import beside

if TYPE_CHECKING:
    from tui.beside import Job


class Actions(App[None]):
    """For the app, before Textual's own class. An action that fails is told, and the screen stays."""

    def background(self, job: "Job", *, what: str, group: str = "default", exclusive: bool = False) -> None:
        """Do `job` beside whatever screen is there. An exception is told with `what` was being done."""
        beside(self, job, what=what, group=group, exclusive=exclusive)

    def do(self, module: str, name: str) -> None:
        """Call `name(app)` of a module, beside the screen."""
        function: Callable[[Actions], Coroutine[Any, Any, None]] = getattr(import_module(module), name)
        self.background(partial(function, self), what=name.replace("_", " "))

    def on_key(self, event: events.Key) -> None:
        """The question mark asks for help in dialogs, too, unless it is typed into a field."""
        if event.key == "question_mark" and self.screen.is_modal:
            self.action_help()

    def action_command_palette(self) -> None:
        """Open the palette, unless one waits below another question already."""
        if not any(one.is_modal for one in self.screen_stack):
            super().action_command_palette()

    def action_watch(self) -> None:
        """Begin or end watching."""
        self.do("tui.watching", "toggle")

    def action_fix(self) -> None:
        """Show the chosen finding's fix, and apply it once confirmed."""
        self.do("tui.fixes.applying", "fix")

    def action_undo(self) -> None:
        """Take the last fix back."""
        self.do("tui.fixes.applying", "undo")

    def action_copy_command(self) -> None:
        """Copy the chosen finding's first command."""
        self.do("tui.fixes.copying", "copy_command")

    def action_copy_finding(self) -> None:
        """Copy the chosen finding as text."""
        self.do("tui.fixes.copying", "copy_finding")

    def action_copy_markdown(self) -> None:
        """Copy the report as Markdown."""
        self.do("tui.fixes.copying", "copy_markdown")

    def action_save_bundle(self) -> None:
        """Save evidence and report in one file."""
        self.do("tui.fixes.saving", "save_bundle")

    def action_export(self) -> None:
        """Write the report in a format of choice."""
        self.do("tui.fixes.saving", "export")

    def action_help(self) -> None:
        """Say what the screen in front is for."""
        self.do("tui.help.screen", "open_help")

    def action_jump(self) -> None:
        """Put letters on the parts of the screen, and go to the chosen one."""
        self.do("tui.help.jumping", "jump")

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
