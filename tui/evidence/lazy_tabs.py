"""Tabs of which the first is painted before the others are laid out."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.widgets import TabbedContent

from tui.beside import beside
from tui.evidence.tabs import TABS, new_pane

SOON = 0.005  # seconds between two looks whether a tab is laid out


class LazyTabs(TabbedContent):
    """The tabs of the evidence; what a tab holds is made when it is first asked for."""

    def pane(self, name: str) -> Any:
        """What a tab holds: a LogPane, a FilesPane or a TablePane."""
        made = self.query(f"#{name}-pane")
        if made:
            return made.first()
        pane = new_pane(name)
        self.get_pane(name).mount(pane)
        return pane

    def lay_out(self) -> None:
        """Make the others, one after the other: keys come between."""

        async def each() -> None:
            for name in TABS:
                await self._there(name)

        beside(self, each, what="lay out the other tabs", group="tabs", exclusive=False)

    def waits(self, name: str, job: Callable[[], None]) -> bool:
        """Whether a tab is still to be laid out; `job` is done once it is."""
        if self.pane(name).is_mounted:
            return False

        async def once_there() -> None:
            await self._there(name)
            job()

        beside(self, once_there, what=f"open {name}", group="tabs", exclusive=False)
        return True

    async def _there(self, name: str) -> None:
        pane = self.pane(name)
        while not pane.is_mounted:
            await asyncio.sleep(SOON)
