"""The line that filters, and that takes a target typed in full."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.without_layout import Field


class FilterInput(Field):
    """One line high. Escape empties it, and gives the keys back to the list."""

    DEFAULT_CSS = "FilterInput { height: 1; border: none; padding: 0 1; }\nFilterInput:focus { border: none; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "List", id="targets.leave-filter", tooltip="Empty the filter; back to the list"),
        Binding("tab", "list", "List", id="targets.to-list", tooltip="Keep the filter; on to the list", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            placeholder="/ filter, or a path, URL, docker NAME, k8s KIND/NAME in full",
            select_on_focus=False,
            compact=True,
            id=id,
        )
        self.tooltip = "Filter the list; or type a path, a URL, docker NAME or k8s KIND/NAME in full and press Enter"

    def action_leave(self) -> None:
        """Empty it; once it is empty, go to the list."""
        self.value = ""
        self.screen.query_one("TargetList").focus()

    def action_list(self) -> None:
        """Go to the list, filtered as it is."""
        self.screen.query_one("TargetList").focus()
