"""Where to write a file, and as what."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.footer import KeyLine
from tui.surviving import Surviving

Answer = tuple[str, Path]
"""The format, empty where there is no choice, and the path."""


class FormatList(OptionList):
    """Where Enter means what it means in the path."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.save", "Save", id="save.save", tooltip="Write the file, in the marked format"),
    ]


class SaveModal(Surviving, ModalScreen[Answer | None]):
    """Asks for a path, and for a format where there are several; a file that is there is replaced only when asked."""

    HELP = """\
Where the file goes. A relative path begins at the folder in which doctor was started; `~` is your home.

A file that is there already is replaced only when you ask for it twice.
"""
    CSS_PATH = "fixes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="save.close", tooltip="Write nothing"),
    ]

    def __init__(
        self,
        title: str,
        path: Path,
        formats: Mapping[str, tuple[str, str]] | None = None,
        *,
        chosen: str = "",
        problem: str = "",
    ) -> None:
        """`formats`: by name what each is for, and the ending of its files.

        `problem` says why `path`, which was typed before, could not be written as `chosen`.
        """
        super().__init__()
        self._title = title
        self._path = path
        self._formats = formats or {}
        self._chosen, self._problem = chosen, problem
        self._warned: Path | None = None

    def compose(self) -> ComposeResult:
        """Formats, path, buttons."""
        with Vertical(id="save-box"):
            yield Static(Content(self._title), id="text-title")
            if self._formats:
                width = max(map(len, self._formats)) + 2
                rows = [Option(f"{name:<{width}}{words}", id=name) for name, (words, _) in self._formats.items()]
                yield FormatList(*rows, id="save-formats", markup=False, compact=True)
            yield Static(Content("write it to"))
            yield Input(str(self._path), id="save-path", compact=True, tooltip="The path of the file")
            yield Static(id="save-problem", markup=False)
            with Horizontal(id="save-buttons"):
                yield Button("Save", variant="primary", id="save", compact=True, tooltip="Enter")
                yield Button("Close", id="close", compact=True, tooltip="Escape")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin with the choice, where there is one; where a path failed, with that path and the reason."""
        self.query_one("#save-path" if self._problem or not self._formats else "#save-formats").focus()
        if self._chosen:
            self.query_one("#save-formats", OptionList).highlighted = list(self._formats).index(self._chosen)
        if self._problem:
            self.call_after_refresh(self._say, self._problem)

    @property
    def chosen(self) -> str:
        """The name of the format."""
        if not self._formats:
            return ""
        options = self.query_one("#save-formats", OptionList)
        return options.get_option_at_index(options.highlighted or 0).id or ""

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another format has another ending, unless the person wrote a path."""
        field = self.query_one("#save-path", Input)
        if self._problem:
            return  # the path was typed
        if field.value in {str(self._path.with_suffix(ending)) for _, ending in self._formats.values()}:
            field.value = str(self._path.with_suffix(self._formats[event.option.id or ""][1]))

    def on_option_list_option_selected(self) -> None:
        """A click chooses: on to the path."""
        self.query_one("#save-path").focus()

    async def action_save(self) -> None:
        """Enter on a format saves, as it does in the path."""
        await self._save()

    def on_input_changed(self) -> None:
        """Another path: nothing is known of it."""
        self._say("")

    async def on_input_submitted(self) -> None:
        """Enter saves."""
        await self._save()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """Buttons do what the keys do."""
        event.stop()
        if event.button.id == "save":
            await self._save()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Write nothing."""
        self.dismiss(None)

    async def _save(self) -> None:
        text = self.query_one("#save-path", Input).value.strip()
        if not text:
            self._say("write a path, or press Escape")
            return
        path = Path(text).expanduser()
        problem, is_there = await asyncio.to_thread(_look, path)
        if problem:
            self._say(problem)
        elif is_there and self._warned != path:
            self._say(f"{path} is there already: Enter once more replaces it")
            self._warned = path
            self.query_one("#save", Button).label = "Replace"
        else:
            self.dismiss((self.chosen, path))

    def _say(self, text: str) -> None:
        self._warned = None
        self.query_one("#save", Button).label = "Save"
        self.query_one("#save-problem", Static).update(Content(text))


def _look(path: Path) -> tuple[str, bool]:
    """Why nothing can be written there, and whether something stands there."""
    try:
        if path.is_dir():
            return f"{path} is a folder; write the name of a file behind it", False
        if not path.parent.is_dir():
            return f"{path.parent} is no folder; make it first, or choose another one", False
        if not os.access(path.parent, os.W_OK | os.X_OK):
            return f"nothing may be written into {path.parent.absolute()}; choose another folder", False
        return "", path.exists() or path.is_symlink()
    except OSError as error:
        return f"{path} cannot be looked at: {error.strerror}", False
