"""The files of the service: a list, a viewer, and what differs from one's own copy."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static, Tabs

from checks.containers import LocalSource
from doctor.diagnosis.result import Diagnosis
from doctor.exploring.file_records import COLUMNS, File, Files
from doctor.exploring.table import Nothing, Row
from tui.beside import beside
from tui.evidence.files_folder import FolderQuestion
from tui.evidence.files_text import FileText
from tui.evidence.files_view import FileView, opening
from tui.evidence.filter_line import FilterLine
from tui.evidence.listed_pane import UNKEPT, ListedPane, filter_keys
from tui.evidence.row_list import RowList
from tui.threads import in_thread


class FilesPane(ListedPane[Files]):
    """On a narrow screen the viewer takes the place of the list while it has a file."""

    DEFAULT_CSS = """
    FilesPane > #where { height: 1; padding: 0 2; color: $text-muted; }
    FilesPane #list { width: 45%; }
    FilesPane.-narrow #list { width: 1fr; }
    FilesPane.-narrow #view { display: none; border-left: none; }
    FilesPane.-narrow.-reading #list { display: none; }
    FilesPane.-narrow.-reading #view { display: block; }
    """
    NARROW = 100
    BINDINGS: ClassVar[list[BindingType]] = [
        *filter_keys("files", "files", "a remark that matters"),
        Binding("d", "diff", "Diff", id="files.diff", tooltip="Your own file against the one there, and back"),
        Binding("c", "compare", "Compare", id="files.compare", tooltip="Choose your own folder to hold against these"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.own: LocalSource | None = None
        self._wanted: tuple[str, int | None] | None = None
        self._by_row: dict[int, File] = {}

    def compose(self) -> ComposeResult:
        """Where, list and viewer."""
        yield Static(id="nothing", markup=False)
        yield Static(id="where", markup=False)
        with Horizontal():
            with Vertical(id="list"):
                yield FilterLine()
                yield RowList(key=lambda row: row.cells[0])
            yield FileView(id="view")

    @property
    def view(self) -> FileView:
        """The viewer."""
        return self.query_one(FileView)

    @property
    def text(self) -> FileText:
        """What it shows."""
        return self.view.text

    @property
    def files(self) -> Files | Nothing:
        """The files, or why there are none."""
        return self.made

    @property
    def chosen(self) -> File | None:
        """The file under the cursor."""
        return self._by_row.get(id(self.rows.row)) if self.rows.row else None

    def on_resize(self) -> None:
        """One part at a time where there is little room."""
        self.set_class(self.size.width < self.NARROW, "-narrow")

    # ---- the list

    def take_keys(self) -> None:
        """The list gets the keys, or the text where that has taken its place."""
        super().take_keys()
        if not self._keys_wanted and self.has_class("-narrow") and self.has_class("-reading"):
            self.text.focus()

    def make_anew(self) -> None:
        """Look once more; what was read of the files may have changed."""
        self.view.reading.forget()
        super().make_anew()

    def make(self, diagnosis: Diagnosis) -> Files | Nothing:
        """All files; sizes are asked of the disk."""
        from doctor.exploring.files import files

        return UNKEPT if diagnosis.evidence is None else files(diagnosis.evidence, self.own)

    def lay(self, made: Files) -> None:
        """Where they are, and a row for each."""
        against = f"  against {made.own}" if made.own else "  (c compares with your own copy)"
        self.query_one("#where", Static).update("; ".join((f"{made.where}{against}", *made.notes)))
        several = len({one.folder for one in made.items}) > 1
        rows = [(one, _row(one, several=several)) for one in made.items]
        self._by_row = {id(row): one for one, row in rows}
        self.rows.lay(COLUMNS, [row for _, row in rows])  # which keeps the rows, and so their ids

    def filter(self) -> None:
        """Show what is left."""
        shown = self.left(problems=", problems")
        nothing = "nothing to remark" if self.troubled else "no file of a service was found"
        self.rows.show(shown, empty="no file has these words" if self.words else nothing)

    def go_on(self) -> None:
        """To the file that was asked for, to the one that is read, or else to the entry script."""
        if self.view.file is None:
            self.rows.go(next((n for n, row in enumerate(self.rows.rows) if "entry script" in row.cells[2]), 0))
        if self._wanted is not None:
            self.reveal(*self._wanted)
        elif self.view.file is not None and self.diagnosis is not None and (found := self._found(self.view.file.path)):
            read = self.has_class("-reading")
            self.view.open_again(self.diagnosis, found, inside=self._is_inside, fetch=read)

    def action_filter(self) -> None:
        """Type words."""
        self.remove_class("-reading")
        super().action_filter()

    # ---- one file

    def _found(self, path: str) -> File | None:
        return self.made.find(path) if isinstance(self.made, Files) else None

    @property
    def _is_inside(self) -> bool:
        return isinstance(self.made, Files) and self.made.inside

    def _open(self, file: File, line: int | None = None, *, fetch: bool = False) -> None:
        if self.diagnosis is not None:
            self.view.open(self.diagnosis, file, line, inside=self._is_inside, fetch=fetch)

    def _read(self, file: File, line: int | None = None) -> None:
        """Open a file that somebody wants to read."""
        self.add_class("-reading")
        self._open(file, line, fetch=True)

    @on(RowList.Moved)
    def _moved(self) -> None:
        """What is at hand is shown at once; what has to be fetched waits for Enter."""
        if self.chosen is not None and self.chosen is not self.view.file and not self.has_class("-narrow"):
            self._open(self.chosen)

    @on(RowList.Opened)
    def _opened(self) -> None:
        if self.chosen is not None:
            self._read(self.chosen)
            self.text.focus()

    @on(FileText.Left)
    def _left(self) -> None:
        self.remove_class("-reading")
        self.rows.focus()

    @on(FileView.Reached)
    def _reached(self) -> None:
        if self.screen.focused in {None, self.rows} or isinstance(self.screen.focused, Tabs):
            self.text.focus()

    def reveal(self, path: str, line: int | None) -> None:
        """Open a file at a line, now or once the files are listed."""
        self._wanted, self._keys_wanted = (path, line), False
        if not self.is_current:
            if isinstance(self.made, Nothing):
                self._take(Nothing(f"{opening(path, line)} ...", ""))
            return
        self._wanted = None
        found = self._found(path)
        if found is None:
            self.app.notify(f"{path} is not among the files that were seen", severity="warning", markup=False)
            return
        place = next((n for n, row in enumerate(self.rows.rows) if self._by_row.get(id(row)) is found), None)
        if place is not None:
            self.rows.go(place)
        self._read(found, line)
        self.call_after_refresh(self.text.focus)

    # ---- comparing

    def action_diff(self) -> None:
        """Show the diff of the chosen file, or its text again."""
        if isinstance(self.made, Files) and not self.made.own:
            self.action_compare()
            return
        file = self.view.file if self.has_class("-reading") else self.chosen
        if file is None:
            return
        self.view.as_diff = not self.view.as_diff
        if self.view.as_diff and not file.own:
            self.app.notify(f"your copy has no {file.name}", severity="warning", markup=False)
        self._read(file)

    def action_compare(self) -> None:
        """Ask for the folder."""
        given = (self.diagnosis.call.source if self.diagnosis else None) or ""
        if self.own is not None:
            given = self.own.path
        if isinstance(self.made, Files):
            self.app.push_screen(FolderQuestion(given), self._compared_with)

    def _compared_with(self, folder: Path | None) -> None:
        if folder is not None:
            beside(self, partial(self._compare, folder), what="compare the files", group="compare")

    async def _compare(self, folder: Path) -> None:
        from doctor.containers.local import collect_local

        self.own = await in_thread(partial(collect_local, folder))
        self.make_anew()


def _row(file: File, *, several: bool) -> Row:
    """The line of a file; with its folder where there are several."""
    row = file.row
    name = f"{file.folder.rstrip('/')}/{file.name}" if several and not file.name.startswith("/") else file.name
    return row._replace(cells=(name, *row.cells[1:]))
