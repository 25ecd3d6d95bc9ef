"""What is looked for in a log: lines that a filter leaves, and hits of a search."""

from functools import partial

from doctor.logs.scanning import Filter, searched, span_of
from tui.evidence.log_base import LogBase
from tui.evidence.log_rows import Rows
from tui.evidence.log_scans import Choice, Search


class LogSearching(LogBase):
    """Filtering and searching; both go on beside the screen, and show what they have so far."""

    _arrived = True
    """Whether the cursor stands on a hit of the search, or was not to be moved there."""

    _sought = ""
    """A text whose last line one is brought to, also where that comes later."""
    _brought: int | None = None
    """The row to which that has brought the cursor: who stands elsewhere has moved on."""

    # ---- filtering

    def filter(self, wish: Filter) -> None:
        """Show only what a filter leaves."""
        lines, view = self.lines, self.view
        if lines is None:
            return
        here = self.kept_place  # where one was before a filter that has not found its way there yet
        if here is None:
            here = view.rows.place(view.cursor) if len(view.rows) else 0
        if self.wanted is not None:
            here = max(0, self.place_of(self.wanted))
        self.wish, self.wanted, self.kept_place = wish, None, None
        if wish.is_open:
            self.choice = None
            self.workers.cancel_group(self, "log-filter")
            view.open(Rows(lines))
            view.go(here, middle=True)
        else:
            self.kept_place = here
            self.choice = Choice(lines, wish)
            view.open(Rows(lines, self.choice.kept))
            self.run_beside(partial(self.choice.run, self._chose), "log-filter")
        self.tell()

    def _chose(self) -> None:
        """More lines were found that the filter leaves."""
        view, choice = self.view, self.choice
        if choice is None or self.lines is not choice.lines:
            return
        view.grown()
        if self.following:
            view.go(len(view.rows) - 1)
        elif self.kept_place is not None and choice.kept:
            view.go(view.rows.row(self.kept_place), middle=True)
            if choice.kept[-1] >= self.kept_place or not choice.running:
                self.kept_place = None
        self.tell()

    def go_on(self) -> None:
        """Filter and search what has come since."""
        if self._sought and self.search is None:
            self.start_search(self._sought)
        if self.choice is not None and self.choice.is_behind:
            self.run_beside(partial(self.choice.run, self._chose), "log-filter")
        if self.search is not None and self.search.is_behind:
            self.run_beside(partial(self.search.run, self._searched), "log-search")

    # ---- searching

    def start_search(self, text: str, *, is_regex: bool = False, origin: int | None = None) -> None:
        """Search, and go to the first hit at or behind `origin`. Raises ConfigError for what is no pattern."""
        lines, view = self.lines, self.view
        if lines is None:
            return
        if not text:
            self.stop_search()
            return
        self._sought, self._brought = self._sought if text == self._sought else "", None
        place = view.rows.place(view.cursor) if len(view.rows) else 0
        self.search = Search(lines, searched(text, is_regex=is_regex), text, place if origin is None else origin)
        self.search.is_regex = is_regex
        self._arrived = origin is None
        view.lit = span_of(text, is_regex=is_regex)
        self.run_beside(partial(self.search.run, self._searched), "log-search")
        view.grown()

    def stop_search(self) -> None:
        """Nothing is searched any more."""
        self.search, self._sought = None, ""
        self.workers.cancel_group(self, "log-search")
        self.view.lit = None
        self.view.grown()
        self.tell()

    def seek(self, text: str) -> None:
        """Search a text, and stay on its last line while more of the log comes, until one moves on."""
        self._sought = text
        if self.lines is not None:
            self.start_search(text)

    def _bring(self, search: Search) -> None:
        view, hits = self.view, search.hits
        if self._brought is not None and view.cursor != self._brought:
            self._sought = ""
        elif view.rows.has(place := hits.at(len(hits) - 1)):
            view.go(view.rows.row(place), middle=True)
            view.show_hit()
            self._brought = view.cursor

    def _searched(self) -> None:
        """More was found."""
        search = self.search
        if search is None or search.lines is not self.lines:
            return
        if not self._arrived and len(search.hits):
            place = search.hits.next(search.origin - 1, 1, self.view.rows.has)
            if place is not None:
                self._arrived = True
                self.view.go(self.view.rows.row(place), middle=True)
                self.view.show_hit()
        if self._sought and len(search.hits):
            self._bring(search)
        self.tell()
