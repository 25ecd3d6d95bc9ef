"""The right half: where to send, what came, and what was sent before."""

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList, Static

from checks.finding import Quote
from doctor.errors import CannotExamine
from doctor.payloads.bench import Bench, Cancelled, Lost
from doctor.payloads.header_lines import headers_of
from doctor.payloads.records import Disagreement, Judgement, Place, Sent
from doctor.reports.clean import printable
from tui.payloads import shown
from tui.payloads.drafts import Draft
from tui.payloads.outliers import outliers
from tui.payloads.rows import Rows
from tui.surviving import Surviving

if TYPE_CHECKING:
    from tui.app import DoctorApp

MOST_ROUNDS = 50  # sends that are remembered
HINT = "Nothing was sent yet. Ctrl+R sends the body to the place above; nothing is ever sent by itself."


@dataclass(frozen=True)
class Round:
    """One send: what came, and what speaks against what."""

    number: int
    sent: Sent
    edited: bool
    body: bytes = b""
    against: tuple[Disagreement, ...] = ()


class AnswerPane(Surviving, Vertical):
    """Places, answer, history. `place` is where the next body goes; `sending` is true while one is under way."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(id="answer-pane")
        self.bench = bench
        self.places: tuple[Place, ...] = ()
        self.place: Place | None = None
        self.header_lines = ""
        self.rounds: list[Round] = []
        self.sending = False
        self._shown: Round | None = None
        self._count = 0
        self._clock: Timer | None = None
        self.ready = asyncio.Event()

    @property
    def doctor(self) -> "DoctorApp":
        """The app, with its own type."""
        return cast("DoctorApp", self.app)

    def compose(self) -> ComposeResult:
        """Places, answer, history."""
        yield Rows(id="places", title="send to", tooltip="Where the body goes when you send it")
        with VerticalScroll(id="answer-scroll") as scroll:
            scroll.border_title = "answer"
            scroll.can_focus = True
            yield Static(HINT, id="answer", markup=False)
        yield Rows(id="sends", title="sends", tooltip="What was sent before, and what came")

    def on_mount(self) -> None:
        """Nothing was sent yet."""
        self.list_rounds()
        self.ready.set()

    def meet(self, places: tuple[Place, ...]) -> None:
        """Take the places of a diagnosis; the chosen one stays, where it is among them."""
        last = self.place
        self.places = places
        same = (one for one in places if last and (one.way, one.where) == (last.way, last.where))
        self.place = next(same, places[0] if places else None)
        self._list_places()

    def _list_places(self) -> None:
        rows = [shown.place(one) for one in self.places] or [Content(shown.nowhere_now(self.doctor.state))]
        chosen = self.places.index(self.place) if self.place else None
        self.query_one("#places", Rows).fill(rows, chosen, dead=() if self.places else (0,))

    @property
    def with_headers(self) -> Place | None:
        """The chosen place, with the headers that are to be sent."""
        return replace(self.place, headers=headers_of(self.header_lines)) if self.place else None

    def take_headers(self, text: str) -> None:
        """Send these headers from now on; their names stand below the places."""
        self.header_lines = text
        names = ", ".join(headers_of(text))
        self.query_one("#places", Rows).border_subtitle = Content(f"with {names}" if names else "")

    def next_place(self) -> None:
        """Choose the next place."""
        if self.place is not None:
            self.place = self.places[(self.places.index(self.place) + 1) % len(self.places)]
            self._list_places()

    @on(OptionList.OptionHighlighted, "#places")
    def _chosen(self, event: OptionList.OptionHighlighted) -> None:
        self.place = self.places[event.option_index]
        self._list_places()

    async def send(self, draft: Draft, judgement: Judgement | None) -> None:
        """Send a body to the chosen place, and show what came of it."""
        place = self.with_headers
        if place is None or self.sending:
            told = shown.nowhere_now(self.doctor.state) if place is None else "a body is on its way; Escape ends it"
            self.doctor.notify(told, markup=False)
            return
        self.sending = True
        body, edited, began = draft.content, draft.is_edited, time.monotonic()
        self._waiting(draft, place, len(body), began)
        self._clock = self.set_interval(0.5, lambda: self._waiting(draft, place, len(body), began))
        try:
            sent = await self.bench.send(place, draft.source, body)
            against = await self._weighed(draft, body, judgement, sent)
        except Cancelled:
            self._say("cancelled; nothing is left running here. The service itself may still be at work on it.")
        except (Lost, CannotExamine) as error:
            self._say(f"not sent: {printable(str(error))}")
        else:
            self._count += 1
            self.rounds = [*self.rounds, Round(self._count, sent, edited, body, against)][-MOST_ROUNDS:]
            self.show_round(self.rounds[-1])
        finally:
            self.sending = False
            self._clock.stop()

    async def _weighed(
        self, draft: Draft, body: bytes, judgement: Judgement | None, sent: Sent
    ) -> tuple[Disagreement, ...]:
        """What speaks against what; the answer is shown also where that cannot be said."""
        try:
            judgement = judgement or await self.bench.judge(draft.source, body)
            return await self.bench.weigh(draft.source, body, judgement, sent)
        except (Lost, CannotExamine) as error:
            self.doctor.notify(f"the answer was not held against the contract: {error}", markup=False)
            return ()

    def _waiting(self, draft: Draft, place: Place, size: int, began: float) -> None:
        passed = f"{time.monotonic() - began:.0f} s"
        what = f"sending {draft.offer.name} ({size:,} bytes) to the {place.title}: {place.where}"
        self._say(f"{printable(what)}\n{passed} of at most {place.patience:.0f} s for the answer; Escape ends it")

    def _say(self, text: str) -> None:
        self.query_one("#answer", Static).update(Content(text))
        self.query_one("#answer-scroll", VerticalScroll).border_title = "answer"

    def show_round(self, one: Round) -> None:
        """Show one send and its answer, beside that of the same body before."""
        earlier = [other for other in self.rounds if other.number < one.number and other.sent.source == one.sent.source]
        before = earlier[-1].sent if earlier else None
        self._shown = one
        self.query_one("#answer", Static).update(shown.answer(one.sent, one.against, before))
        scroll = self.query_one("#answer-scroll", VerticalScroll)
        scroll.border_title = Content(f"answer {one.number}: {one.sent.way}")
        scroll.border_subtitle = Content(shown.status(one.sent)[0])
        scroll.scroll_home(animate=False)
        self.screen.refresh_bindings()
        self.list_rounds()

    @property
    def proof(self) -> Quote | None:
        """The line of a log that tells most of the answer that is shown."""
        logged = self._shown.sent.logged if self._shown else None
        if logged is None or not logged.source:
            return None
        at = next((one for one in (logged.where, logged.said) if one is not None), -1)
        return Quote(source=logged.source, text=logged.lines[at])

    def list_rounds(self) -> None:
        """Draw the history, the latest first."""
        odd = outliers([(one.sent, one.body, one.against) for one in self.rounds])
        told = reversed(list(zip(self.rounds, odd, strict=True)))
        rows = [shown.row(one.number, one.sent, one.edited, words) for one, words in told]
        chosen = len(self.rounds) - 1 - self.rounds.index(self._shown) if self._shown in self.rounds else None
        self.query_one("#sends", Rows).fill(rows or [Content("none yet")], chosen, dead=() if rows else (0,))

    @on(OptionList.OptionHighlighted, "#sends")
    def _look_back(self, event: OptionList.OptionHighlighted) -> None:
        one = self.rounds[len(self.rounds) - 1 - event.option_index]
        if one is not self._shown:
            self.show_round(one)

    async def cancel(self) -> None:
        """End what is on its way."""
        await self.bench.cancel()
