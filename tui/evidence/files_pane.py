"""The files of the service: a list, a viewer, and what differs from one's own copy."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static, Tabs

from checks.containers import LocalSource
from doctor.diagnosis.result import Diagnosis
from doctor.exploring.file_records import COLUMNS, File, Files
from doctor.exploring.table import Nothing, Row, matching
from tui.apart import apart
from tui.beside import beside
from tui.evidence.files_folder import FolderQuestion
from tui.evidence.files_reading import Reading
from tui.evidence.files_text import FileText, language_of
from tui.evidence.filter_line import FilterLine, Words
from tui.evidence.row_list import RowList
from tui.evidence.table_pane import AT_WORK, NOBODY
from tui.surviving import Surviving


class FilesPane(Surviving, Vertical):
    """On a narrow screen the viewer takes the place of the list while it has a file."""

    DEFAULT_CSS = """
    FilesPane > #nothing { display: none; padding: 1 2; }
    FilesPane.-nothing > * { display: none; }
    FilesPane.-nothing > #nothing { display: block; }
    FilesPane > #where { height: 1; padding: 0 2; color: $text-muted; }
    FilesPane #list { width: 45%; }
    FilesPane #view { width: 1fr; border-left: solid $panel; }
    FilesPane #name { height: auto; max-height: 3; padding: 0 1; background: $panel; }
    FilesPane.-narrow #list { width: 1fr; }
    FilesPane.-narrow #view { display: none; border-left: none; }
    FilesPane.-narrow.-reading #list { display: none; }
    FilesPane.-narrow.-reading #view { display: block; }
    """
    NARROW = 100
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="files.filter", tooltip="Show only files with certain words"),
        Binding("t", "troubled", "Only problems", id="files.troubled", tooltip="Only files with a remark that matters"),
        Binding("d", "diff", "Diff", id="files.diff", tooltip="Your own file against the one there, and back"),
        Binding("c", "compare", "Compare", id="files.compare", tooltip="Choose your own folder to hold against these"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.files: Files | Nothing = NOBODY
        self.own: LocalSource | None = None
        self.troubled = False
        self.as_diff = False
        self.opened: File | None = None
        self.reading = Reading()
        self._diagnosis: Diagnosis | None = None
        self._listed_of: Diagnosis | None = None
        self._wanted: tuple[str, int | None] | None = None
        self._line: int | None = None  # where the file that is being read will be opened
        self._by_row: dict[int, File] = {}
        self._every: list[Row] = []
        self._keys_wanted = False

    def compose(self) -> ComposeResult:
        """Where, list and viewer."""
        yield Static(id="nothing", markup=False)
        yield Static(id="where", markup=False)
        with Horizontal():
            with Vertical(id="list"):
                yield FilterLine()
                yield RowList(key=lambda row: row.cells[0])
            with Vertical(id="view"):
                yield Static(id="name", markup=False)
                yield FileText()

    def on_mount(self) -> None:
        """Say that there is nothing yet."""
        self._draw()

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    @property
    def text(self) -> FileText:
        """The viewer."""
        return self.query_one(FileText)

    @property
    def chosen(self) -> File | None:
        """The file under the cursor."""
        return self._by_row.get(id(self.rows.row)) if self.rows.row else None

    def on_resize(self) -> None:
        """One part at a time where there is little room."""
        self.set_class(self.size.width < self.NARROW, "-narrow")

    # ---- the list

    def take_keys(self) -> None:
        """The list gets the keys, at once or when it is there; the text where it has taken the list's place."""
        self._keys_wanted = isinstance(self.files, Nothing)
        if self._keys_wanted:
            self.screen.query_one(Tabs).focus()
        elif self.has_class("-narrow") and self.has_class("-reading"):
            self.text.focus()
        else:
            self.rows.focus()

    def show(self, diagnosis: Diagnosis | None, *, hint: str = "") -> None:
        """List what a diagnosis saw; beside the screen, for sizes are asked of the disk."""
        if diagnosis is None:
            self._diagnosis = self._listed_of = None
            self.files = Nothing(hint, "") if hint else NOBODY
            self._draw()
        elif diagnosis is not self._diagnosis:
            self._diagnosis = diagnosis
            if isinstance(self.files, Nothing):
                self.files = AT_WORK
                self._draw()
            self.reading.forget()
            self._list()

    def _list(self) -> None:
        if self._diagnosis is not None:
            work = partial(self._listed, self._diagnosis, self.own)
            beside(self, work, what="list the files", group="files")

    async def _listed(self, diagnosis: Diagnosis, own: LocalSource | None) -> None:
        try:
            found = await apart(partial(_files, diagnosis, own))
        except TimeoutError:
            found = Nothing("listing the files took more than a minute", "Press r to look again.")
        if diagnosis is not self._diagnosis:
            return
        self.files, self._listed_of = found, diagnosis
        self._draw()
        if self._wanted:
            self.reveal(*self._wanted)
        elif self.opened is not None:
            self._open_again(self.opened)

    def _draw(self) -> None:
        files = self.files
        self.set_class(isinstance(files, Nothing), "-nothing")
        if isinstance(files, Nothing):
            text = "\n\n".join(part for part in (files.reason, files.remedy) if part)
            self.query_one("#nothing", Static).update(text)
            return
        against = f"  against {files.own}" if files.own else "  (c compares with your own copy)"
        self.query_one("#where", Static).update("; ".join((f"{files.where}{against}", *files.notes)))
        folders = {one.folder for one in files.items}
        made = [(one, _row(one, several=len(folders) > 1)) for one in files.items]
        self._by_row = {id(row): one for one, row in made}
        self._every = [row for _, row in made]  # keeps the rows, and so their ids
        self.rows.lay(COLUMNS, self._every)
        self._filter()
        if self.opened is None:
            self.rows.go(next((n for n, row in enumerate(self.rows.rows) if "entry script" in row.cells[2]), 0))
        if self._keys_wanted and isinstance(self.screen.focused, Tabs):
            self._keys_wanted = False
            self.rows.focus()

    def _filter(self) -> None:
        line = self.query_one(FilterLine)
        if isinstance(self.files, Nothing):
            return
        shown = matching(self._every, line.words, troubled=self.troubled)
        line.count(len(shown), len(self._every), ", problems" if self.troubled else "")
        self.rows.show(shown, empty="no file has these words" if line.words else "nothing to remark")

    @on(Input.Changed)
    def _filtered(self) -> None:
        self._filter()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.rows.focus()

    def action_filter(self) -> None:
        """Type words."""
        self.remove_class("-reading")
        self.query_one(Words).focus()

    def action_troubled(self) -> None:
        """Only files with something wrong, or all."""
        self.troubled = not self.troubled
        self._filter()

    # ---- one file

    @on(RowList.Moved)
    def _moved(self) -> None:
        """What is at hand is shown at once; what has to be fetched waits for Enter."""
        if self.chosen is not None and self.chosen is not self.opened and not self.has_class("-narrow"):
            self._open(self.chosen.path, asked=False)

    @on(RowList.Opened)
    def _opened(self) -> None:
        if self.chosen is not None:
            self._open(self.chosen.path, read=True)
            self.text.focus()

    @on(FileText.Left)
    def _left(self) -> None:
        self.remove_class("-reading")
        self.rows.focus()

    def _open(
        self, path: str, line: int | None = None, *, asked: bool = True, read: bool = False, again: bool = False
    ) -> None:
        found = self.files.find(path) if isinstance(self.files, Files) else None
        if found is None or self._diagnosis is None:
            return
        self.opened, self._line = found, line
        if asked:
            self.add_class("-reading")
        work = partial(self._shown, self._diagnosis, found, line, fetch=read or line is not None, again=again)
        beside(self, work, what="read the file", group="file")

    def _open_again(self, file: File) -> None:
        """Read a file once more for a renewed diagnosis; a line that it was to be opened at is not lost."""
        read, line = self.has_class("-reading"), self._line
        self._open(file.path, line, asked=False, read=read, again=line is None)

    async def _shown(self, diagnosis: Diagnosis, file: File, line: int | None, *, fetch: bool, again: bool) -> None:
        inside = isinstance(self.files, Files) and self.files.inside
        read = self.reading
        if self.as_diff and line is None and file.own:
            made = await read.difference(diagnosis, file, inside=inside, fetch=fetch)
            name = f"{file.name}: yours against the one there. {made.note or made.problem}"
            if self.opened is file:
                self.query_one("#name", Static).update(name)
                self.text.put(made.lines, numbered=False, diff=True, again=again)
            return
        shown = await read.contents(diagnosis, file, inside=inside, fetch=fetch)
        if self.opened is not file:
            return
        told = shown.problem or shown.note
        self.query_one("#name", Static).update(f"{file.name}  {told}" if told else file.name)
        language = language_of(file.name) if shown.is_text else ""
        self.text.put(shown.lines, language=language, numbered=shown.is_text, again=again)
        self._line = None
        if line is not None and not self.text.reveal(line) and shown.lines:
            self.app.notify(f"{file.name} has no line {line} any more: it changed since", markup=False)
        if line is not None and (self.screen.focused in {None, self.rows} or isinstance(self.screen.focused, Tabs)):
            self.text.focus()

    def reveal(self, path: str, line: int | None) -> None:
        """Open a file at a line, now or once the files are listed."""
        self._wanted, self._keys_wanted = (path, line), False
        if self._diagnosis is None or self._listed_of is not self._diagnosis:
            return
        self._wanted = None
        found = self.files.find(path) if isinstance(self.files, Files) else None
        if found is None:
            self.app.notify(f"{path} is not among the files that were seen", severity="warning", markup=False)
            return
        place = next((n for n, row in enumerate(self.rows.rows) if self._by_row.get(id(row)) is found), None)
        if place is not None:
            self.rows.go(place)
        self._open(found.path, line, read=True)
        self.call_after_refresh(self.text.focus)

    # ---- comparing

    def action_diff(self) -> None:
        """Show the diff of the chosen file, or its text again."""
        if isinstance(self.files, Files) and not self.files.own:
            self.action_compare()
            return
        file = self.opened if self.has_class("-reading") else self.chosen
        if file is None:
            return
        self.as_diff = not self.as_diff
        if self.as_diff and not file.own:
            self.app.notify(f"your copy has no {file.name}", severity="warning", markup=False)
        self._open(file.path, read=True)

    def action_compare(self) -> None:
        """Ask for the folder."""
        given = (self._diagnosis.call.source if self._diagnosis else None) or ""
        if self.own is not None:
            given = self.own.path
        if isinstance(self.files, Files):
            self.app.push_screen(FolderQuestion(given), self._compared_with)

    def _compared_with(self, folder: Path | None) -> None:
        if folder is not None:
            beside(self, partial(self._compare, folder), what="compare the files", group="compare")

    async def _compare(self, folder: Path) -> None:
        from doctor.containers.local import collect_local

        self.own = await apart(partial(collect_local, folder))
        self.reading.forget()
        self._list()


def _row(file: File, *, several: bool) -> Row:
    """The line of a file; with its folder where there are several."""
    row = file.row
    name = f"{file.folder.rstrip('/')}/{file.name}" if several and not file.name.startswith("/") else file.name
    return row._replace(cells=(name, *row.cells[1:]))


def _files(diagnosis: Diagnosis, own: LocalSource | None) -> Files | Nothing:
    from doctor.exploring.files import files

    if diagnosis.evidence is None:
        return Nothing("This report was saved without its evidence.", "Save a bundle (b) to keep evidence, too.")
    return files(diagnosis.evidence, own)
