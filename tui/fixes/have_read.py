"""The box that says that a change was read."""

from textual.widgets import Checkbox


class HaveRead(Checkbox):
    """Empty until it is ticked: Textual draws the same X in another colour, and colour alone says nothing."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Draw what it is now."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()
