"""What a fix changes, shown before anything is changed; the answer is the plan that the person agreed to."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Footer, Input, Label, Static

from checks.finding import Finding, Fix, Safety
from doctor.applying import Plan, filled, placeholders
from doctor.redact import redact, redact_lines
from doctor.reports.clean import printable
from doctor.unproved import could_be_proved
from tui.beside import beside
from tui.fixes.shown import colored, safety
from tui.surviving import Surviving

Planner = Callable[[Fix], Plan]
"""Looks up what a fix would change. Called in a thread."""


class HaveRead(Checkbox):
    """Empty until it is ticked: Textual draws the same X in another colour, and colour alone says nothing."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Draw what it is now."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class FixModal(Surviving, ModalScreen[Plan | None]):
    """One finding's fixes, one at a time. `plan` is asked in a thread, `copy` gets the commands to copy."""

    HELP = """\
What the fix would change, as a diff: lines with `-` go, lines with `+` come.

- **safe** fixes keep the meaning of the code: Enter applies.
- **review** fixes are right in most cases: read the change and tick the box, then Enter applies.
- **placeholder** fixes have values for you to fill in first.

A fix that was not tried, since the rehearsal is slow, is proved with `v`: on a scratch copy, before you decide.

Commands are only copied, never run. After a fix is applied the diagnosis is renewed; `u` takes the fix back.
"""
    CSS_PATH = "fixes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "Apply", id="fix.apply", tooltip="Apply the change that is shown"),
        Binding("space", "read", "I have read it", id="fix.read", tooltip="Tick the box: the change was read"),
        Binding("n", "other(1)", "Next fix", id="fix.next", tooltip="Another way to cure the finding"),
        Binding("p", "other(-1)", "Previous", id="fix.previous", tooltip="The fix before this one", show=False),
        Binding("v", "prove", "Prove first", id="fix.prove", tooltip="Try it on a scratch copy; nothing is changed"),
        Binding("y", "copy", "Copy command", id="fix.copy", tooltip="Copy the commands; doctor runs none of them"),
        Binding("escape", "leave", "Close", id="fix.close", tooltip="Change nothing"),
    ]
    AUTO_FOCUS = "#fix-body"

    def __init__(
        self,
        finding: Finding,
        plan: Planner,
        copy: Callable[[str], None],
        prove: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._prove = prove
        self.finding = finding
        self._planner = plan
        self._copy = copy
        self.number = 0
        self.plan: Plan | None = None
        self._agreed = False  # to a safe change whose lines are being looked up
        self.values: dict[str, str] = {}

    @property
    def fix(self) -> Fix:
        """The one that is shown, with the values that were filled in."""
        return filled(self.finding.fixes[self.number], self.values)

    @property
    def may_apply(self) -> bool:
        """Whether Enter would change something now."""
        plan = self.plan
        there = plan is not None and not plan.refused and bool(plan.files or plan.patch)
        return there and (self.fix.safety is not Safety.REVIEW or self.query_one(Checkbox).value)

    def compose(self) -> ComposeResult:
        """Title, safety, what changes, what it asks for, and the buttons."""
        with Vertical(id="fix-box"):
            yield Static(id="fix-title", markup=False)
            yield Static(id="fix-safety", markup=False)
            with VerticalScroll(id="fix-body"):
                yield Static(id="fix-facts", markup=False)
                yield Vertical(id="fix-values")
                yield Static(id="fix-diff", markup=False)
                yield Static(id="fix-commands", markup=False)
            yield HaveRead("I have read the change", id="fix-read", compact=True)
            yield Static(id="fix-status", markup=False)
            with Horizontal(id="fix-buttons"):
                yield Button("Apply", variant="primary", id="apply", compact=True, tooltip="Enter")
                yield Button("Prove it first", id="prove", compact=True, tooltip="v")
                yield Button("Copy command", id="copy", compact=True, tooltip="y")
                yield Button("Next fix", id="next", compact=True, tooltip="n")
                yield Button("Close", id="close", compact=True, tooltip="Escape")
        yield Footer()

    async def on_mount(self) -> None:
        """Show the first fix."""
        await self._show()

    def on_resize(self) -> None:
        """Leave room for the buttons on small terminals."""
        self.query_one("#fix-body").styles.max_height = max(3, self.size.height - 11)

    async def _show(self) -> None:
        """Draw another fix, and look up what it changes."""
        self.values = {}
        self.query_one(Checkbox).value = False
        values = self.query_one("#fix-values", Vertical)
        await values.remove_children()
        names = placeholders(self.finding.fixes[self.number])
        for name in names:
            field = Input(placeholder=f"a value for {name}", name=name, compact=True, tooltip=f"Put in place of {name}")
            await values.mount(Horizontal(Label(name, markup=False), field, classes="value"))
        if names:
            self.query(Input).first().focus()
        else:
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
        self.query_one("#fix-title", Static).update(Content(f"{which}{_clean(fix.title)}"))
        self.query_one("#fix-safety", Static).update(safety(fix.safety, by_hand=not fix.edits and not fix.patches))
        tried = fix.verified or ("not tried: nobody has seen the service with this change" if fix.edits else "")
        where = f"changes {plan.where}" if plan and plan.where else ""
        self.query_one("#fix-facts", Static).update(Content("\n".join(_clean(one) for one in (where, tried) if one)))
        shown = plan.diff if plan else redact_lines(fix.diff or "")
        self.query_one("#fix-diff", Static).update(colored(shown))
        commands = "\n".join(map(_clean, fix.commands))
        heading = "by hand" if fix.edits or fix.patches else "do it by hand"
        if not fix.edits and not fix.patches and not fix.commands:
            commands = "there is nothing to paste; make the change that the title names, then run the diagnosis again"
        text = Content.assemble((f"{heading}\n", "$text-muted"), commands) if commands else Content("")
        self.query_one("#fix-commands", Static).update(text)
        self._draw_state()

    def _draw_state(self) -> None:
        """What may be done, and why not."""
        fix, plan = self.fix, self.plan
        can = bool(plan and not plan.refused and (plan.files or plan.patch))
        self.query_one(Checkbox).display = can and fix.safety is Safety.REVIEW
        self.query_one("#apply").display = bool(fix.edits or fix.patches)
        self.query_one("#apply", Button).disabled = not self.may_apply
        self.query_one("#prove").display = could_be_proved(fix.verified)
        self.query_one("#copy").display = bool(fix.commands)
        self.query_one("#next").display = len(self.finding.fixes) > 1
        said = ""
        if plan is None:
            said = "looking up what it changes ..."
        elif plan.refused:
            said = f"cannot be applied: {plan.refused}"
        self.query_one("#fix-status", Static).update(Content(_clean(said)))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Keys that would do nothing are not offered."""
        if action == "apply":
            return bool(self.fix.edits or self.fix.patches)
        if action == "read":
            return self.query_one(Checkbox).display if self.is_mounted else False
        if action == "other":
            return len(self.finding.fixes) > 1
        if action == "prove":
            return could_be_proved(self.fix.verified)
        return action != "copy" or bool(self.fix.commands)

    def action_apply(self) -> None:
        """Agree to what is shown; where it is to be read first, ask for that."""
        if self.may_apply:
            self.dismiss(self.plan)
        elif self.plan is None:
            self._agreed = self.fix.safety is Safety.SAFE
        elif self.query_one(Checkbox).display:
            self.query_one("#fix-status", Static).update("read the change, then tick the box (space)")
            self.query_one(Checkbox).focus()

    def action_read(self) -> None:
        """Tick the box, or clear it."""
        self.query_one(Checkbox).toggle()

    async def action_other(self, step: int) -> None:
        """Show another fix."""
        self.number = (self.number + step) % len(self.finding.fixes)
        await self._show()

    def action_copy(self) -> None:
        """Copy the commands, as they stand there."""
        self._copy("\n".join(map(redact, self.fix.commands)))

    def action_prove(self) -> None:
        """Try it on a scratch copy before anything is changed."""
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

    def on_input_changed(self, event: Input.Changed) -> None:
        """A value was filled in: the change is another one."""
        if event.input.name:
            self.values[event.input.name] = event.value
            self._look_up()

    def on_input_submitted(self) -> None:
        """Enter in a field goes to the next empty one, and applies when all are filled."""
        empty = next((one for one in self.query(Input) if not one.value.strip()), None)
        if empty is not None:
            empty.focus()
        else:
            self.action_apply()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """Buttons do what the keys do."""
        event.stop()
        if event.button.id == "apply":
            self.action_apply()
        elif event.button.id == "prove":
            self.action_prove()
        elif event.button.id == "copy":
            self.action_copy()
        elif event.button.id == "next":
            await self.action_other(1)
        else:
            self.action_leave()


def _clean(text: str) -> str:
    return printable(redact(text))
