"""What was found: its rows on the left, below the field that filters them; on the right the highlighted one in full."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.causes.cause_list import CauseList
from tui.causes.detail import Detail
from tui.causes.filtering import Filter
from tui.causes.rows import Listing
from tui.surviving import Surviving


class FindingsPane(Surviving, Horizontal):
    """Call `take` with a listing. A small terminal shows one side: the list, or while one reads, the detail."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.listing: Listing | None = None

    def compose(self) -> ComposeResult:
        """List and detail."""
        with Vertical(id="left"):
            yield Filter(placeholder="words to look for", id="filter", compact=True)
            yield CauseList(id="list")
        yield Detail(id="detail")

    def on_mount(self) -> None:
        """The list comes first."""
        self._turn_to(reading=False)

    @property
    def list(self) -> CauseList:
        """The rows."""
        return self.query_one(CauseList)

    @property
    def detail(self) -> Detail:
        """The highlighted row in full."""
        return self.query_one(Detail)

    def take(self, listing: Listing | None) -> None:
        """Show the rows of another result, or of none."""
        self.listing = listing
        self.list.show(listing.rows if listing else [], listing.report.target.name if listing else "")

    def begin_filter(self) -> None:
        """Open the field above the list."""
        self._turn_to(reading=False)
        self.query_one(Filter).begin()

    def back(self) -> None:
        """Out of the detail; else the filter ends."""
        if self.has_class("-reading"):
            self._read(reading=False)
        elif self.list.words:
            self.query_one(Filter).end()

    def on_cause_list_moved(self) -> None:
        """The detail follows the cursor, wherever it stands by now: a renewal may have come since it moved."""
        self.detail.show(self.list.row, self.listing)

    def on_cause_list_opened(self) -> None:
        """Enter on a row without others below it."""
        self._read(reading=True)

    def on_detail_left(self) -> None:
        """Back to the list."""
        self._read(reading=False)

    def _read(self, *, reading: bool) -> None:
        self._turn_to(reading=reading)
        self.call_after_refresh((self.detail if reading else self.list).focus)

    def _turn_to(self, *, reading: bool) -> None:
        self.set_class(reading, "-reading")
        self.set_class(not reading, "-listing")
