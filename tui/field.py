"""A line to type in that draws itself at a letter, and has not the whole screen laid out."""

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class Field(Input):
    """An Input whose place does not hang on what is typed."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """As every widget's, except that another one asks for no layout: what does not fit is scrolled inside."""
