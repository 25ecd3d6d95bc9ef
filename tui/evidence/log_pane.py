"""The log explorer: the logs of a target, however long, with the lines that prove what was found."""

from dataclasses import replace

from textual import on
from textual.actions import SkipAction
from textual.widgets import Input, Select

from doctor.errors import ConfigError
from doctor.logs.scanning import Shown, Stream
from tui.evidence.log_bar import Chip, LogAsk
from tui.evidence.log_keys import KEYS
from tui.evidence.log_opening import LogOpening
from tui.evidence.log_view import LogView

LEVELS: dict[Shown, Shown] = {"": "warning", "warning": "error", "error": ""}
STREAMS: dict[Stream, Stream] = {"": "stderr", "stderr": "stdout", "stdout": ""}
"""What comes behind what."""
MOST_COPIED = 10_000  # lines


class LogPane(LogOpening):
    """Call `show` with a diagnosis, `reveal` with a place in one of its logs."""

    BINDINGS = KEYS

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Only what can be done with this log."""
        if action == "stream":
            return self.lines is not None and self.lines.has_streams
        if action == "run":
            return self.lines is not None and len(self.lines.starts) > 0
        if action == "proof":
            return bool(self.proofs)
        if action == "hit":
            return self.search is not None
        if action == "log":
            return len(self.offers) > 1
        return True

    # ---- searching, going

    def action_search(self) -> None:
        """Open the line to search in."""
        if self.lines is not None:
            self._origin = self.view.rows.place(self.view.cursor) if len(self.view.rows) else 0
            self.query_one(LogAsk).ask("search")

    def action_goto(self) -> None:
        """Open the line for a number."""
        if self.lines is not None:
            self.query_one(LogAsk).ask("goto")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        ask = self.query_one(LogAsk)
        if ask.asks_for != "search" or not ask.display:
            return
        try:
            self.start_search(event.value, is_regex=ask.is_regex, origin=self._origin)
        except ConfigError as error:
            self.stop_search()
            self.say(str(error))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        ask = self.query_one(LogAsk)
        ask.display = False
        self.view.focus()
        if ask.asks_for == "goto":
            self.go_to(event.value.strip().replace(",", ""))

    def go_to(self, text: str) -> None:
        """Go to a line number; other text is searched, as a time would be."""
        if text.isdecimal():
            self.stop_following()
            self.wanted = max(1, int(text))
            self.go_to_wanted()
            self.tell()
            if self.wanted is not None:
                self.say(f"line {text} is on its way")
        elif text:
            self.start_search(text, origin=0)

    @on(LogAsk.Left)
    def _left(self) -> None:
        if self.query_one(LogAsk).asks_for == "search":
            self.stop_search()
            self.view.go(self.view.rows.row(self._origin), middle=True)
        self.view.focus()

    def action_hit(self, step: int) -> None:
        """The next line that was found, around the end."""
        if self.search is None or not len(self.view.rows):
            return
        view = self.view
        place = self.search.hits.next(view.rows.place(view.cursor), step, view.rows.has)
        if place is None:
            self.tell()
            return
        self.stop_following()
        view.go(view.rows.row(place), middle=True)
        view.show_hit()
        self.tell()

    def action_proof(self, step: int) -> None:
        """The next line that proves a finding, around the end."""
        places = sorted(self.view.proofs)
        if not places:
            self.say("the proving lines are looked for in the whole log")
        if not places or not len(self.view.rows):
            return
        here = self.view.rows.place(self.view.cursor)
        further = [one for one in places[::step] if (one - here) * step > 0]
        place = further[0] if further else places[::step][0]
        self.stop_following()
        if not self.view.rows.has(place):
            self.filter(type(self.wish)())
        self.wanted = None
        proof = next((one for one in self.proofs if self.place_of(one.number) == place), None)
        self.chosen_finding = proof.finding if proof else self.chosen_finding
        self.mark_proofs()
        self.view.go(self.view.rows.row(place), middle=True)
        self.tell()

    # ---- what is shown

    def action_level(self) -> None:
        """All lines, warnings and up, errors."""
        self.filter(replace(self.wish, level=LEVELS[self.wish.level]))

    def action_stream(self) -> None:
        """Both streams, standard error, standard output."""
        self.filter(replace(self.wish, stream=STREAMS[self.wish.stream]))

    def action_run(self) -> None:
        """All runs, the last one, the one before ..."""
        runs = len(self.lines.starts) + 1 if self.lines else 1
        now = self.wish.run
        self.stop_following()
        self.filter(replace(self.wish, run=runs - 1 if now is None else now - 1 if now else None))

    def action_wrap(self) -> None:
        """Long lines in several rows, or cut."""
        view = self.view
        view.wrap = not view.wrap
        view.scroll_to(x=0, animate=False)
        view.grown()
        view.go(view.cursor)
        self.tell()

    def action_follow(self) -> None:
        """Show what is added, as it is added."""
        if self.following:
            self.stop_following()
            self.tell()
        else:
            self.follow()

    @on(LogView.Moved)
    def _moved(self, event: LogView.Moved) -> None:
        event.stop()
        self.wanted = self.kept_place = None
        if event.back:
            self.stop_following()
        self.tell()

    @on(Chip.Pressed)
    def _pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        getattr(self, f"action_{event.action}")()

    @on(Select.Changed)
    def _selected(self, event: Select.Changed) -> None:
        event.stop()
        if isinstance(event.value, int) and event.value != self.number:
            self.choose(event.value)
            self.view.focus()

    def action_log(self, step: int) -> None:
        """The next log of the target."""
        if self.number is not None and self.offers:
            self.choose((self.number + step) % len(self.offers))

    def action_clear(self) -> None:
        """End the search, then the filters; then the key belongs to the app."""
        if self.search is not None:
            self.stop_search()
        elif not self.wish.is_open:
            self.filter(type(self.wish)())
        else:
            raise SkipAction

    async def action_copy(self) -> None:
        """Copy the selected lines as they are shown."""
        from tui.fixes.clipboard import copy

        rows = self.view.selected
        texts = [line.text for row in rows[:MOST_COPIED] if (line := self.view.rows.line(row))]
        if texts:
            await copy(self.app, "\n".join(texts), "lines" if len(texts) > 1 else "line")  # type: ignore[arg-type]
