"""The left half: the bodies, the editor, and what the contract says of what stands in it."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import OptionList, TextArea

from doctor.diagnosis.result import Diagnosis
from doctor.errors import CannotExamine, ConfigError
from doctor.payloads.bench import Bench, Lost
from doctor.payloads.records import Judgement
from doctor.payloads.samples import files_of
from doctor.reports.clean import printable
from tui.payloads import shown
from tui.payloads.drafts import Draft, Drafts, read
from tui.payloads.editor import BodyEditor
from tui.payloads.faults import Faults, Spot
from tui.payloads.rows import Rows
from tui.surviving import Surviving

if TYPE_CHECKING:
    from tui.app import DoctorApp

PAUSE = 0.15  # seconds without a key until what stands there is judged
LOOKING = "which body fits is being looked at ..."
EMPTY = "Nothing is diagnosed yet: press 1 and choose a target, or r to run again"


class BodyPane(Surviving, Vertical):
    """Bodies, editor, faults. `draft` is the one in the editor, `judgement` what is known of it; None while unknown."""

    class Judged(Message):
        """The judgement of what stands in the editor has come."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(id="body-pane")
        self.bench = bench
        self.drafts = Drafts()
        self.draft: Draft | None = None
        self.judgement: Judgement | None = None
        self._judging, self._again = False, False
        self._pause: Timer | None = None
        self.ready = asyncio.Event()

    def on_mount(self) -> None:
        """All parts are there."""
        self.ready.set()

    @property
    def doctor(self) -> "DoctorApp":
        """The app, with its own type."""
        return cast("DoctorApp", self.app)

    def compose(self) -> ComposeResult:
        """Bodies, editor, faults."""
        yield Rows(id="bodies", title="bodies", tooltip="What can be sent; made ones come from the contract")
        yield BodyEditor()
        yield Faults()

    @property
    def empty(self) -> str:
        """What to do where there is no body."""
        state = self.doctor.state
        if state.diagnosis is None and not state.running:
            return EMPTY
        is_coming = state.diagnosis is not None and state.diagnosis.evidence is not None
        return LOOKING if is_coming else shown.nowhere_now(state).capitalize()

    @property
    def editor(self) -> BodyEditor:
        """The field in which the body stands."""
        return self.query_one(BodyEditor)

    async def meet(self, diagnosis: Diagnosis | None) -> None:
        """Take what a diagnosis offers, and judge anew what stands in the editor."""
        found = await asyncio.to_thread(files_of, diagnosis)
        if diagnosis is not None and diagnosis.evidence is not None:
            if not self.drafts.items:
                self.list_bodies(coming=[LOOKING, *(one.name for one in found)])
            try:
                found = await self.bench.offers(found)
            except (Lost, CannotExamine) as error:
                self.doctor.notify(f"only files are offered: {error}", severity="warning", markup=False)
        if diagnosis is not self.doctor.state.diagnosis:  # another came meanwhile
            return
        self.drafts.meet(found)
        items = self.drafts.items
        await self.open(self.draft if self.draft in items else items[0] if items else None)

    async def open(self, draft: Draft | None) -> None:
        """Put a body into the editor; what was typed into the one before stays with it."""
        editor = self.editor
        self.draft, self.judgement = draft, None
        if draft is not None and not draft.loaded:
            try:
                body = await asyncio.to_thread(read, draft.offer)
            except ConfigError as error:
                self.doctor.tell_error(f"read {draft.offer.name}", error)
                body = b""
            await asyncio.to_thread(draft.load, body)
        if self.draft is not draft:  # another was chosen meanwhile
            return
        text = draft.shown if draft else ""
        if text != editor.text:
            with self.prevent(TextArea.Changed):
                editor.load_text(text)
        editor.read_only = draft is None or bool(draft.note)
        if draft is not None and draft.text != editor.text and draft.typed is None and not draft.note:
            draft.text = editor.text  # its line ends may be others; the bytes stay those of the file
        self.list_bodies()
        self._show_judgement()
        self.judge_soon(0)

    def list_bodies(self, *, coming: Sequence[str] = ()) -> None:
        """Draw the list, and the editor's title; `coming` is what is known before there are any bodies."""
        bodies, editor = self.query_one("#bodies", Rows), self.editor
        items = self.drafts.items
        rows = [
            Content.assemble(
                (f"{draft.offer.name}{' *' if draft.is_edited else ''}", "bold" if draft is self.draft else ""),
                (f"  {_about(draft)}", "$text-muted"),
            )
            for draft in items
        ]
        chosen = items.index(self.draft) if self.draft in items else None
        said = coming or [self.empty]
        bodies.fill(rows or [Content(one) for one in said], chosen, dead=() if rows else range(len(said)))
        unsaved = len(self.drafts.unsaved)
        bodies.border_subtitle = Content(f"{unsaved} not saved" if unsaved else "")
        draft = self.draft
        editor.border_title = Content(
            f"{draft.offer.name}{' * edited' if draft.is_edited else ''}" if draft else "body"
        )
        editor.border_subtitle = Content(f"read-only: {draft.note}" if draft and draft.note else "")

    @on(OptionList.OptionHighlighted, "#bodies")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        draft = self.drafts.items[event.option_index]
        if draft is not self.draft:
            self.doctor.background(partial(self.open, draft), what="open the body", group="body")

    @on(OptionList.OptionSelected, "#bodies")
    def _selected(self) -> None:
        self.editor.focus()

    @on(TextArea.Changed, "#editor")
    def _typed(self) -> None:
        draft = self.draft
        if draft is None:
            return
        before = draft.is_edited
        draft.type(self.editor.text)
        if draft.is_edited is not before:
            self.list_bodies()
        self.judgement = None
        self.judge_soon()

    def judge_soon(self, pause: float = PAUSE) -> None:
        """Judge what stands in the editor once nobody types."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(pause or 0.001, self._begin)

    def _begin(self) -> None:
        self._again = True
        if not self._judging:
            self._judging = True
            self.doctor.background(self._judge, what="check the body", group="judging")

    async def _judge(self) -> None:
        """One judgement after the other, until the last is that of what stands there."""
        try:
            while self._again:
                self._again = False
                draft = self.draft
                if draft is None or self.doctor.state.diagnosis is None:
                    break
                judgement = await self.bench.judge(draft.source, draft.content)
                if draft is self.draft and not self._again:
                    self.judgement = judgement
                    self._show_judgement()
                    self.post_message(self.Judged())
        except (Lost, CannotExamine) as error:
            self._show_judgement(f"the body was not checked: {error}")
        finally:
            self._judging = False

    def _show_judgement(self, problem: str = "") -> None:
        faults = self.query_one(Faults)
        if self.judgement is None:
            faults.tell_nothing(printable(problem) or ("checking ..." if self.draft else self.empty))
        else:
            faults.tell(self.judgement)

    @on(OptionList.OptionSelected, "#faults")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._go_to(self.query_one(Faults).spot(event.option_index))

    def next_fault(self) -> None:
        """Select the place of the next fault that has one."""
        self._go_to(self.query_one(Faults).next_spot())

    def _go_to(self, spot: Spot | None) -> None:
        if spot is not None:
            self.editor.select_at(*spot)

    def lay_out(self) -> str:
        """Format what stands in the editor; the answer says why not, empty where it was done."""
        draft = self.draft
        if draft is None or draft.note:
            return draft.note if draft else self.empty
        return self.editor.lay_out()


def _about(draft: Draft) -> str:
    about = "" if draft.offer.about == draft.offer.name else printable(draft.offer.about)
    return ", ".join([*(["edited"] if draft.is_edited else []), *([about] if about else [])])
