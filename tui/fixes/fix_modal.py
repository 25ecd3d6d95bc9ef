"""What a fix changes, shown before anything is changed; the answer is the plan that the person agreed to."""

import asyncio
from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Static

from checks.finding import Finding, Fix, Safety
from doctor.applying import Plan
from doctor.placeholders import could_be_rehearsed, filled
from doctor.redact import redact_lines
from doctor.unproved import could_be_proved
from tui.beside import beside
from tui.fixes.copying import command_of
from tui.fixes.fix_box import FixBox
from tui.fixes.fix_keys import HELP, KEYS
from tui.fixes.placeholder_fields import PlaceholderFields
from tui.fixes.shown import by_hand, clean, colored, facts, safety
from tui.footer import KeyLine
from tui.surviving import Surviving

Planner = Callable[[Fix], Plan]
"""Looks up what a fix would change. Called in a thread."""

SMALL = 18  # rows; below, the dialog takes them all
AGREED = "looking up what it changes; it is applied then, unless you close this"
TOO_EARLY = "not applied: what it changes is still being looked up; press it again once that stands here"


class FixModal(Surviving, ModalScreen[Plan | None]):
    """One finding's fixes, one at a time. `plan` is asked in a thread, `copy` gets the commands to copy."""

    HELP = HELP
    CSS_PATH = "fixes.tcss"
    BINDINGS = KEYS
    AUTO_FOCUS = "#fix-body"

    def __init__(
        self,
        finding: Finding,
        plan: Planner,
        copy: Callable[[str], None],
        prove: Callable[[], None] = lambda: None,
        given: dict[str, str] | None = None,
        target: str = "",
    ) -> None:
        super().__init__()
        self._target = target
        self._prove = prove
        self.finding = finding
        self._planner = plan
        self._copy = copy
        self.number = 0
        self.plan: Plan | None = None
        self._agreed = False  # to a safe change whose lines are being looked up
        self._values = PlaceholderFields(
            {} if given is None else given, id="fix-values", changed=self._look_up, complete=self._complete
        )

    @property
    def fix(self) -> Fix:
        """The one that is shown, with the values that were filled in."""
        return filled(self.finding.fixes[self.number], self._values.given)

    @property
    def _shown(self) -> Fix:
        """The same, without values that are secret."""
        return filled(self.finding.fixes[self.number], self._values.shown)

    @property
    def _could_prove(self) -> bool:
        """Whether a rehearsal would tell more: with the change, or with the values."""
        return could_be_proved(self.fix.verified) or self._could_rehearse

    @property
    def _could_rehearse(self) -> bool:
        """Whether the values of this finding can be tried here and now."""
        return bool(self._values.names) and could_be_rehearsed(self._target, self.finding.fixes)

    @property
    def may_apply(self) -> bool:
        """Whether Enter would change something now."""
        plan = self.plan
        there = plan is not None and not plan.refused and bool(plan.files or plan.patch)
        return there and (self.fix.safety is not Safety.REVIEW or self.query_one(Checkbox).value)

    @property
    def _has_apply(self) -> bool:
        """Whether there is anything that doctor could ever change."""
        return bool(self.fix.edits or self.fix.patches) and not (self.plan and self.plan.never)

    def compose(self) -> ComposeResult:
        """Everything, and the keys."""
        yield FixBox(self._values)
        yield KeyLine("apply")

    async def on_mount(self) -> None:
        """Show the first fix."""
        await self._show()

    def on_resize(self) -> None:
        """The buttons stay in sight: what is above them scrolls, in whatever room is left."""
        is_small = self.size.height < SMALL
        self.set_class(is_small, "-small")
        self.query_one("#fix-body").styles.max_height = None if is_small else self.size.height - 9

    async def _show(self) -> None:
        """Draw another fix, and look up what it changes."""
        self.query_one(Checkbox).value = False
        await self._values.ask(self.finding.fixes[self.number])
        if not self._values.names:
            self.query_one("#fix-body").focus()
        self._look_up()

    def _look_up(self) -> None:
        self.plan, self._agreed = None, False
        self._draw()
        beside(self, partial(self._plan, self.fix), what="plan the fix", group="plan")

    async def _plan(self, fix: Fix) -> None:
        try:
            self.plan = await asyncio.to_thread(self._planner, fix)
        except Exception as error:  # told here: the person waits for what comes of it
            self.plan = Plan(fix, refused=f"{type(error).__name__}: {redact_lines(str(error))} (a bug in doctor)")
        if self.is_attached:
            self._draw()
            if self._agreed:
                self.action_apply()

    def _draw(self) -> None:
        fix, plan, fixes = self.fix, self.plan, self.finding.fixes
        which = f"{self.number + 1} of {len(fixes)}: " if len(fixes) > 1 else ""
        self.query_one("#fix-title", Static).update(Content(f"{which}{clean(self._shown.title)}"))
        self.query_one("#fix-safety", Static).update(safety(fix.safety, by_hand=not fix.edits and not fix.patches))
        self._fill("#fix-facts", facts(fix, plan))
        self._fill("#fix-diff", colored(plan.diff if plan else redact_lines(fix.diff or "")))
        self._fill("#fix-commands", by_hand(self._shown))
        self._draw_state()

    def _fill(self, part: str, text: Content) -> None:
        """A part that says nothing takes no row."""
        static = self.query_one(part, Static)
        static.update(text)
        static.display = bool(text)

    def _draw_state(self) -> None:
        """What may be done, and why not."""
        fix, plan = self.fix, self.plan
        can = bool(plan and not plan.refused and (plan.files or plan.patch))
        self.query_one(Checkbox).display = can and fix.safety is Safety.REVIEW
        self.query_one("#apply").display = self._has_apply
        self.query_one("#apply", Button).disabled = plan is not None and not self.may_apply
        self.query_one("#prove").display = self._could_prove
        self.query_one("#prove", Button).label = "Rehearse with it" if self._could_rehearse else "Prove it first"
        self.query_one("#copy").display = bool(fix.commands)
        self.query_one("#next").display = len(self.finding.fixes) > 1
        said = ""
        if plan is None:
            said = AGREED if self._agreed else "looking up what it changes ..."
        elif plan.refused:
            said = f"cannot be applied: {plan.refused}"
        self._say(self._values.complaint or said)
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        self.query_one("#fix-status", Static).update(Content(clean(text)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Keys that would do nothing are not offered."""
        if action == "apply":
            return self._has_apply
        if action == "read":
            return any(box.display for box in self.query(Checkbox))  # before and after its time there is none
        if action == "other":
            return len(self.finding.fixes) > 1
        if action == "prove":
            return self._could_prove
        return action != "copy" or bool(self.fix.commands)

    def action_apply(self) -> None:
        """Agree to what is shown; where it is to be read first, ask for that."""
        if self.may_apply:
            self.dismiss(self.plan)
        elif self.plan is None:
            self._agreed = self.fix.safety is Safety.SAFE
            self._say(AGREED if self._agreed else TOO_EARLY)
        elif self.query_one(Checkbox).display:
            self._say("read the change, then tick the box (space)")
            self.query_one(Checkbox).focus()

    def action_read(self) -> None:
        """Tick the box, or clear it."""
        self.query_one(Checkbox).toggle()

    async def action_other(self, step: int) -> None:
        """Show another fix."""
        self.number = (self.number + step) % len(self.finding.fixes)
        await self._show()

    def action_copy(self) -> None:
        """Copy the commands, with the values that were filled in."""
        self._copy(command_of(self.finding.fixes[self.number], self._values.given))

    def _complete(self) -> None:
        """Enter in the last field: apply, else try, else say which key is next."""
        if self._has_apply:
            self.action_apply()
        elif self._could_prove:
            self.action_prove()
        else:
            self.query_one("#fix-body").focus()
            self._say("y copies it with what you filled in" if self.fix.commands else "")

    def action_prove(self) -> None:
        """Try it on a scratch copy before anything is changed; what is empty is to be filled in first."""
        if self._could_rehearse and any(not self._values.given.get(name, "").strip() for name in self._values.names):
            self._say(f"fill in {', '.join(self._values.names)}")
            return
        self.dismiss(None)
        self._prove()

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """What was read may be applied."""
        self._draw_state()
        if event.value:
            self.query_one("#apply").focus()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """Buttons do what the keys do."""
        event.stop()
        name = event.button.id or "leave"
        await self.run_action({"next": "other(1)", "close": "leave"}.get(name, name))
