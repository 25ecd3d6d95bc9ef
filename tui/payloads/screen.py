"""The payload bench: edit a request body, see what the contract says of it, send it, compare what came."""

import asyncio
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import TextArea

from doctor.diagnosis.result import Diagnosis
from doctor.payloads.bench import Bench
from doctor.payloads.keeping import free_name
from doctor.payloads.places import places_of
from doctor.payloads.samples import folder_of
from doctor.payloads.slimming import slim
from tui.footer import KeyLine
from tui.heading import Heading
from tui.payloads.answering import AnswerPane
from tui.payloads.drafts import Draft
from tui.payloads.editing import BodyPane
from tui.payloads.questions import HeadersModal, KeepModal, UnsavedModal
from tui.screen import DoctorScreen


class PayloadsScreen(DoctorScreen):
    """The screen `payloads`."""

    HELP = """\
Left: the **bodies** that can be sent (files beside the script, the contract's example, bodies made from the contract),
the **editor**, and what the **checks** say of what stands in it, while you type: the same as `doctor check --sample`.
*Enter* on a check goes to its place.

Right: **where** the body goes, the **answer** with what disagrees with the contract, and the **sends** before.

- **Ctrl+R** sends. Nothing is ever sent without it. The *probe* is a rehearsal of the script on this machine, in a
  process of its own that stays loaded, so init() runs once; it is loaded anew when the script changes. What is marked
  *live* may serve others.
- **F5** adds headers that the service reads. They are kept until you leave doctor, and written nowhere.
- **Ctrl+S** saves under a name that you confirm, **Ctrl+N** as a new sample. Edits stay when you leave the screen.
- The editor shows a file as it is: secrets that stand in it, too. Answers and findings are masked.
- An answer that is an error brings what was **logged** for it, the line of the script first; **F4** goes there in the
  log, where there is one.
- **Escape** ends what is on its way, else leaves the editor, so that keys such as `1` to `4` work again.
"""
    CSS_PATH = "payloads.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (14, "-short"), (32, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "send", "Send", id="payloads.send", tooltip="Send the body to the chosen place"),
        Binding("ctrl+g", "next_fault", "Fault", id="payloads.next-fault", tooltip="Go to the next fault in the body"),
        Binding("ctrl+s", "save", "Save", id="payloads.save", tooltip="Save the body under a name that you confirm"),
        Binding("ctrl+n", "save_new", "As new", id="payloads.save-new", tooltip="Save the body as a new sample"),
        Binding("ctrl+l", "lay_out", "Format", id="payloads.lay-out", tooltip="Lay the JSON out; numbers stay"),
        Binding("ctrl+f", "next_place", "To", id="payloads.next-place", tooltip="Choose the next place to send to"),
        Binding("f4", "open_log", "Log", id="payloads.log", tooltip="Go to the lines of this request in the log"),
        Binding("f5", "headers", "Headers", id="payloads.headers", tooltip="Headers to send with the body"),
        Binding("ctrl+b", "copy_curl", "Curl", id="payloads.curl", tooltip="Copy the request as a line of curl"),
        Binding(
            "escape", "leave", "Leave", id="payloads.leave", tooltip="End the send, else leave the editor", show=False
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self._met: Diagnosis | None = None
        self._last_folder: Path | None = None

    def compose(self) -> ComposeResult:
        """Heading, two halves, keys."""
        yield Heading()
        with Horizontal(id="bench"):
            yield BodyPane(self.bench)
            yield AnswerPane(self.bench)
        yield KeyLine("open_log")

    def on_mount(self) -> None:
        """Be asked before the app is left; what judges starts while the screen is drawn."""
        super().on_mount()
        self.doctor.before_leaving.append(self.may_leave)
        if self.state.diagnosis is not None:
            self.doctor.background(self.bench.warm, what="start the bench", group="warming")

    async def on_unmount(self) -> None:
        """Nothing stays loaded."""
        await self.bench.close()

    @property
    def bodies(self) -> BodyPane:
        """The left half."""
        return self.query_one(BodyPane)

    @property
    def answers(self) -> AnswerPane:
        """The right half."""
        return self.query_one(AnswerPane)

    def show(self) -> None:
        """Draw the state; a diagnosis is met once."""
        self.query_one(Heading).show()
        diagnosis = self.state.diagnosis
        if diagnosis is self._met and (diagnosis is not None or self.bodies.drafts.items):
            return
        self._met = diagnosis
        self.doctor.background(partial(self._meet, diagnosis), what="list the bodies", group="meeting")

    async def _meet(self, diagnosis: Diagnosis | None) -> None:
        await self.bodies.ready.wait()  # what they hold comes later than this screen
        await self.answers.ready.wait()
        if self.focused is None:
            self.query_one("#bodies").focus()
        if diagnosis is not None and diagnosis.evidence is not None:
            self.bench.learn(await asyncio.to_thread(slim, diagnosis.evidence))
        self.answers.meet(await asyncio.to_thread(places_of, diagnosis))
        await self.bodies.meet(diagnosis)

    def action_send(self) -> None:
        """Send what stands in the editor."""
        draft = self.bodies.draft
        if draft is None:
            self.notify(self.bodies.empty, markup=False)
            return
        self.doctor.background(
            partial(self.answers.send, draft, self.bodies.judgement), what="send the body", group="sending"
        )

    def action_next_fault(self) -> None:
        """Go to the next fault."""
        self.bodies.next_fault()

    def action_next_place(self) -> None:
        """Choose the next place."""
        self.answers.next_place()

    def action_lay_out(self) -> None:
        """Format the body."""
        if why := self.bodies.lay_out():
            self.notify(why, title="not formatted", severity="warning", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with this answer."""
        if action == "open_log":
            return self.is_mounted and bool(self.query(AnswerPane)) and self.answers.proof is not None
        return super().check_action(action, parameters)

    def action_headers(self) -> None:
        """Ask for headers to send."""

        async def asked() -> None:
            text = await self.app.push_screen_wait(HeadersModal(self.answers.header_lines))
            if text is not None:
                self.answers.take_headers(text)

        self.doctor.background(asked, what="take the headers")

    def action_open_log(self) -> None:
        """Show what was logged of the answer where it stands."""
        if (proof := self.answers.proof) is not None:
            self.doctor.prove(proof)

    def action_copy_curl(self) -> None:
        """Copy the request as curl."""
        from doctor.payloads.curl import curl
        from tui.fixes.clipboard import copy

        draft = self.bodies.draft
        if draft is None:
            self.notify(self.bodies.empty, markup=False)
            return
        is_file = draft.offer.path is not None and not draft.is_edited
        line = curl(self.answers.with_headers, draft.source, draft.content, is_file=is_file)
        self.doctor.background(partial(copy, self.doctor, line, "the request as curl"), what="copy the request")

    def action_save(self) -> None:
        """Save under the body's own name, once that is confirmed."""
        self._save(self.bodies.draft, new=False)

    def action_save_new(self) -> None:
        """Save as a new sample."""
        self._save(self.bodies.draft, new=True)

    def _save(self, draft: Draft | None, *, new: bool) -> None:
        if draft is None:
            self.notify(self.bodies.empty, markup=False)
            return

        async def saved() -> None:
            await self._saved(draft, new=new)

        self.doctor.background(saved, what="save the body")

    async def _saved(self, draft: Draft, *, new: bool) -> bool:
        """Ask for the name, and write. True when it was saved."""
        own = draft.offer.path
        folder = self._last_folder or (Path(own).parent if own else folder_of(self._met)) or Path()
        path = Path(own) if own and not new else await asyncio.to_thread(free_name, folder, own or "sample.json")
        body = draft.content
        written = await self.app.push_screen_wait(KeepModal(path, body))
        if written is None:
            return False
        self._last_folder = written.parent
        made = self.bodies.drafts.saved(draft, written, body)
        await self.bodies.open(made)
        self.notify(f"saved {written}", markup=False)
        return True

    async def may_leave(self) -> bool:
        """Ask about edits that no file holds. False where the person stays."""
        unsaved = self.bodies.drafts.unsaved
        if not unsaved:
            return True
        answer = await self.app.push_screen_wait(UnsavedModal([one.offer.name for one in unsaved]))
        if answer == "save":
            for draft in unsaved:
                if not await self._saved(draft, new=draft.offer.path is None):
                    return False
        return answer != "stay"

    def action_leave(self) -> None:
        """End what is on its way, here or elsewhere; else leave the editor."""
        if self.answers.sending:
            self.doctor.background(self.answers.cancel, what="end the send")
        elif self.doctor.running is not None:
            self.doctor.action_cancel()
        elif isinstance(self.focused, TextArea):
            self.query_one("#bodies").focus()
