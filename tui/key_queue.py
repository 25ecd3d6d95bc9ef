"""Keys take effect in the order in which they are typed, however fast: what follows `/` goes into the filter.

Textual hands each key at once to whatever has the focus, and acts upon it later. Of `/pandas` sent at once the letters
would be with the list before `/` has moved the focus, and be taken for its keys.
"""

from collections import deque
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

LONGEST = 1.0
"""Seconds that a key waits for the one before; that one may have ended the widget which it was for."""
MOST_PASTED = 4096
"""Letters that a field of one line takes at once: as many as the longest path has. It would measure each of a log."""


class HadItsEffect(Message, namespace="key_queue"):
    """Follows a key on its way up; where it arrives, the key has been acted upon."""

    def __init__(self, number: int, screen: Screen[Any]) -> None:
        super().__init__()
        self.number = number
        self.screen = screen


class KeyQueue(App[None]):
    """For the app, before Textual's own class. Letters for a text field wait for nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._under_way = 0  # the number of the key that is waited for; 0: none
        self._numbers = 0
        self._since = 0.0
        self.last_key = 0.0
        """When somebody typed last, as `monotonic` counts."""
        self._patience: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """Keys are put in line; everything else goes its way."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self.last_key = monotonic()
        self._typed.extend(self._as_keys(event))
        if not self._under_way or monotonic() - self._since > LONGEST:
            await self._go_on()
        elif self._patience is None:
            self._patience = self.set_timer(LONGEST, self._lose_patience)

    def _as_keys(self, event: events.Key | events.Paste) -> list[events.Key | events.Paste]:
        """What was pasted where nothing can be written is for the filter, if it begins as one does."""
        if isinstance(event, events.Paste) and event.text.startswith("/") and not self._writes("/"):
            return [events.Key("slash", "/"), events.Paste(event.text[1:])]
        return [event]

    def _writes(self, character: str | None) -> bool:
        return self.focused is not None and self.focused.check_consume_key(character or "", character)

    async def _go_on(self) -> None:
        """Hand out what was typed, up to and with the first key that may move the focus."""
        self._under_way = 0
        while self._typed and not self._under_way:
            event = self._typed.popleft()
            letter = isinstance(event, events.Paste) or (event.is_printable and self._writes(event.character))
            screen, target = self.screen, self.focused or self.screen
            if not letter:
                self._numbers += 1
                self._under_way, self._since = self._numbers, monotonic()
            if isinstance(event, events.Paste) and isinstance(self.focused, Input):
                event.text = event.text[:MOST_PASTED]
            await super().on_event(event)
            if not letter and not target.post_message(HadItsEffect(self._numbers, screen)):
                self._under_way = 0  # the key ended what it was for

    def on_key_queue_had_its_effect(self, message: HadItsEffect) -> None:
        """The focus is set behind what waits already: look after that."""
        if message.number == self._under_way:
            self.call_later(self._settle, message)

    async def _settle(self, message: HadItsEffect) -> None:
        """A new screen gives the focus away once it is drawn."""
        if message.number != self._under_way:
            return
        if self.screen is message.screen or not self.screen.call_after_refresh(self.call_later, self._go_on):
            await self._go_on()

    async def _lose_patience(self) -> None:
        self._patience = None
        if self._typed and monotonic() - self._since >= LONGEST:
            await self._go_on()
        elif self._typed:
            self._patience = self.set_timer(LONGEST, self._lose_patience)
