"""Style sheets that are parsed once: Textual parses all of them again for every screen that is opened first."""

from textual.css.stylesheet import Stylesheet


class Sheets(Stylesheet):
    """What was parsed stays until a theme brings other colours."""

    def set_variables(self, variables: dict[str, str]) -> None:
        """Forget what was parsed with other values."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new; the rest is remembered since the values were set."""
        self.parse()
