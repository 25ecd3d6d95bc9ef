"""The field in which a request body is edited."""

from textual.widgets import TextArea

from doctor.payloads.layout import laid_out


class BodyEditor(TextArea):
    """Text with line numbers; Tab leaves it."""

    def __init__(self) -> None:
        super().__init__(id="editor", show_line_numbers=True, soft_wrap=False, tab_behavior="focus", compact=True)
        self.tooltip = "The request body"
        self.border_title = "body"

    def select_at(self, line: int, column: int, length: int) -> None:
        """Take the keys, and select a place; `line` is counted from 1, `column` from 0."""
        row = min(line - 1, self.document.line_count - 1)
        width = len(self.document.get_line(row))
        self.focus()
        self.move_cursor((row, min(column, width)), center=True)
        self.move_cursor((row, min(column + length, width)), select=True)

    def lay_out(self) -> str:
        """Format the JSON that stands there; the answer says why not, empty where it was done."""
        try:
            text = laid_out(self.text)
        except ValueError as error:
            return f"it is no JSON yet: {error}"
        if text != self.text:
            self.replace(text, self.document.start, self.document.end)
            self.move_cursor((0, 0))
        return ""
