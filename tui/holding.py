"""Parts that show something else without having the whole screen laid out, as Textual does at each change."""

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.visual import VisualType
from textual.widgets import Static


def hold(view: ScrollView, size: Size) -> None:
    """What is scrolled inside a view has another size; its place on the screen does not hang on that."""
    if size != view.virtual_size:
        view.set_reactive(ScrollView.virtual_size, size)
        view._scroll_update(size)  # noqa: SLF001 # what follows upon a layout


class Steady(Static):
    """A text as wide as its place is: the screen is laid out where it becomes higher or lower, and only there."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show another text."""
        if content == self.content:
            return
        super().update(content, layout=False)
        width, height = self.content_size
        if layout and (not width or self.visual.get_height(self.styles, width) != height):  # type: ignore[arg-type] # as Textual does
            self.refresh(layout=True)
