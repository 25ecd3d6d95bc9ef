"""An error in one handler is told, and the screen stays: whoever sits here has trouble enough."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import App
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


class SurvivingApp(Surviving, App[None]):
    """The app, which tells the errors of all. `raises`: they end it, as tests want it."""

    raises: ClassVar[bool] = False

    def survive(self, error: Exception) -> None:
        """Tell an error that nobody expected."""
        if self.raises:
            raise error
        self.tell_error("do that", error)

    def tell_error(self, what: str, error: Exception) -> None:
        """Say what went wrong: the person's own affair in its own words, else as a bug of doctor."""
        from doctor.errors import DoctorError
        from doctor.redact import redact_lines

        text = redact_lines(str(error))
        if not isinstance(error, DoctorError):
            text = f"{type(error).__name__}: {text}\na bug in doctor, not in your service"
        self.notify(text, title=f"could not {what}", severity="error", timeout=12, markup=False)

    def _fatal_error(self) -> None:
        """End without the values of variables, which may be secret, that Textual would print."""
        import traceback

        from doctor.redact import redact_lines

        self._exit_renderables.append(redact_lines(traceback.format_exc()))
        self._close_messages_no_wait()
