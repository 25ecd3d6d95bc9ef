"""Parts that show something else without having the whole screen laid out, as Textual does at each change."""

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.visual import VisualType
from textual.widgets import Input, Static


def resize_content(view: ScrollView, size: Size) -> None:
    """What is scrolled inside a view has another size; its place on the screen does not depend on that."""
    if size != view.virtual_size:
        view.set_reactive(ScrollView.virtual_size, size)
        view._scroll_update(size)  # noqa: SLF001 # what follows upon a layout


class Field(Input):
    """A line to type in, whose place does not depend on what is typed."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """As every widget's, except that another one asks for no layout: what does not fit is scrolled inside."""


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
