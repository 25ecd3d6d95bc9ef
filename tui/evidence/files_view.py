"""One file of the service beside the list: its text, or how it differs from one's own copy."""

from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from doctor.diagnosis.result import Diagnosis
from doctor.exploring.file_records import File
from doctor.redact import redact
from doctor.reports.clean import printable
from tui.beside import beside
from tui.evidence.files_reading import Reading
from tui.evidence.files_text import FileText, language_of
from tui.surviving import Surviving


class FileView(Surviving, Vertical):
    """`file` is the one that is shown, or on its way."""

    DEFAULT_CSS = """
    FileView { width: 1fr; border-left: solid $panel; }
    FileView > #name { height: auto; max-height: 3; padding: 0 1; background: $panel; }
    """

    class Reached(Message):
        """The line at which a file was to be opened is there."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.file: File | None = None
        self.as_diff = False
        self.reading = Reading()
        self._line: int | None = None  # where the file that is being read will be opened

    def compose(self) -> ComposeResult:
        """Name and text."""
        yield Static(id="name", markup=False)
        yield FileText()

    @property
    def text(self) -> FileText:
        """The text."""
        return self.query_one(FileText)

    def open(
        self,
        diagnosis: Diagnosis,
        file: File,
        line: int | None = None,
        *,
        inside: bool,
        fetch: bool = False,
        again: bool = False,
    ) -> None:
        """Read a file beside the screen, and show it. Without `fetch` only what is at hand; `again`: it stays there."""
        self.file, self._line = file, line
        if line is not None:
            self._say(f"{opening(file.name, line)} ...")
        work = partial(self._read, diagnosis, file, line, inside=inside, fetch=fetch or line is not None, again=again)
        beside(self, work, what="read the file", group="file")

    def open_again(self, diagnosis: Diagnosis, file: File, *, inside: bool, fetch: bool) -> None:
        """Read a file once more for a renewed diagnosis; a line that it was to be opened at is not lost."""
        self.open(diagnosis, file, self._line, inside=inside, fetch=fetch, again=self._line is None)

    async def _read(
        self, diagnosis: Diagnosis, file: File, line: int | None, *, inside: bool, fetch: bool, again: bool
    ) -> None:
        if self.as_diff and line is None and file.own:
            made = await self.reading.difference(diagnosis, file, inside=inside, fetch=fetch)
            if self.file is file:
                self._say(f"{file.name}: yours against the one there. {made.note or made.problem}")
                self.text.put(made.lines, numbered=False, diff=True, again=again)
            return
        shown = await self.reading.contents(diagnosis, file, inside=inside, fetch=fetch)
        if self.file is not file:
            return
        told = shown.problem or shown.note
        self._say(f"{file.name}  {told}" if told else file.name)
        language = language_of(file.name) if shown.is_text else ""
        self.text.put(shown.lines, language=language, numbered=shown.is_text, again=again)
        self._line = None
        if line is not None:
            if not self.text.reveal(line) and shown.lines:
                self.app.notify(f"{file.name} has no line {line} any more: it changed since", markup=False)
            self.post_message(self.Reached())

    def _say(self, text: str) -> None:
        self.query_one("#name", Static).update(text)


def opening(path: str, line: int | None) -> str:
    """`opening score.py:10`: where one goes, before it is there."""
    return printable(redact(f"opening {path.rsplit('/', 1)[-1]}{f':{line}' if line else ''}"))
