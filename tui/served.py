"""The app behind a page: its terminal is a pipe to the server, and it ends when the pipe does."""

from textual import messages
from textual.drivers.web_driver import WebDriver


class Driver(WebDriver):
    """Textual's own, and the end of input is the end of the app: a server that was killed leaves none behind."""

    def run_input_thread(self) -> None:
        """Read until there is nothing more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())
