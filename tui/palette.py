"""The command palette: whatever a key does here and now, targets, diagnoses and themes, found by typing."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.heading import VERDICTS
from tui.help.keys import HERE, keys_of
from tui.screen import DoctorScreen
from tui.shortened import one_line

if TYPE_CHECKING:
    from doctor.diagnosis.call import Call
    from tui.app import DoctorApp

NEEDS_DIAGNOSIS = {"copy_markdown", "save_bundle", "export"}
NEEDS_FIX = {"fix", "copy_command"}
NO_COMMANDS = {"command_palette", "focus_next", "focus_previous", "copy_text"}
MOST_LISTED = 12
"""Targets and diagnoses that stand in the list before anything is typed; typing finds all."""


class Command(NamedTuple):
    """One entry: its words, what it does, and help below it."""

    name: str
    run: Callable[[], object]
    help: str


class DoctorCommands(Provider):
    """What can be done now. What cannot be done now is left out."""

    _recent: "list[Call]" = []

    @property
    def doctor(self) -> "DoctorApp":
        """The app, with its own type."""
        from tui.app import DoctorApp

        assert isinstance(self.app, DoctorApp)
        return self.app

    def actions(self) -> Iterator[Command]:
        """What keys do on the screen behind the palette."""
        keys = keys_of(self.screen)
        for key in sorted(keys, key=lambda key: key.place == HERE):  # moving in a list is what nobody looks for here
            if not key.enabled or not key.name or not key.tooltip or not self._is_possible(key.action):
                continue  # without a tooltip it is one of Textual's own that scrolls
            yield Command(f"{key.name}  ({key.key})", partial(self._act, key.action, key.namespace), key.tooltip)

    async def _act(self, action: str, namespace: object) -> None:
        await self.app.run_action(action, namespace)  # type: ignore[arg-type] # a node of the screen

    def _is_possible(self, action: str) -> bool:
        action = action.removeprefix("screen.").removeprefix("app.")
        if action in NEEDS_DIAGNOSIS:
            return self.doctor.state.diagnosis is not None
        if action in NEEDS_FIX:
            finding = self.screen.finding if isinstance(self.screen, DoctorScreen) else None
            return bool(finding and finding.fixes)
        if action == "renew":
            return self.doctor.state.call is not None
        return action not in NO_COMMANDS

    def diagnoses(self) -> Iterator[Command]:
        """The others among several diagnoses."""
        state = self.doctor.state
        for number, one in enumerate(state.done.diagnosed if state.done else ()):
            if number != state.number:
                mark, _ = VERDICTS[one.report.verdict]
                name = f"Show {one_line(one.report.target.name)}  {mark} {one.report.verdict}"
                yield Command(name, partial(self.doctor.choose, number), "among the targets of this diagnosis")

    async def startup(self) -> None:
        """Read what was diagnosed before."""
        from doctor.recent import is_whole, recents, usable

        items = (await asyncio.to_thread(recents)).items
        self._recent = [usable(one.call, self.doctor.folder) for one in items if is_whole(one.call)]

    def targets(self) -> Iterator[Command]:
        """What was diagnosed before."""
        for call in self._recent:
            if call != self.doctor.state.call:
                yield Command(
                    f"Open {one_line(call.title)}", partial(self.doctor.diagnose, call), f"a recent {call.kind}"
                )

    def themes(self) -> Iterator[Command]:
        """All themes but the one that is on."""
        for name in sorted(self.app.available_themes, key=lambda name: (not name.startswith("doctor-"), name)):
            if name != self.app.theme:
                yield Command(f"Theme {name}", partial(self.doctor.dress, name), "kept for the next time")

    async def discover(self) -> Hits:
        """What stands there before anything is typed."""
        for command in self.actions():
            yield DiscoveryHit(command.name, command.run, help=command.help)
        for source in (self.diagnoses, self.targets):
            for _, command in zip(range(MOST_LISTED), source(), strict=False):
                yield DiscoveryHit(command.name, command.run, help=command.help)
        yield DiscoveryHit("Theme …", self.app.search_themes, help="type `theme`, or choose from a list")

    async def search(self, query: str) -> Hits:
        """What fits the typed letters."""
        matcher = self.matcher(query)
        tried = 0
        for source in (self.actions, self.diagnoses, self.targets, self.themes):
            for command in source():
                tried += 1
                if tried % 200 == 0:
                    await asyncio.sleep(0)  # among thousands of targets the screen goes on
                if (score := matcher.match(command.name)) > 0:
                    yield Hit(score, matcher.highlight(command.name), command.run, text=command.name, help=command.help)
