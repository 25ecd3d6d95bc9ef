"""An error in one handler is told, and the screen stays: whoever sits here has trouble enough."""

from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from textual.message import Message


class Surviving(MessagePump):
    """For the app, its screens and its larger widgets, before Textual's own class.

    Textual ends an app at the first exception of a handler; here the app tells it (`survive`), and goes on.
    """

    async def _dispatch_message(self, message: "Message") -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self.app.survive(error)  # type: ignore[attr-defined]
