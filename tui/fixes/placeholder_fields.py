"""Fields for what a fix leaves to the person: one for each placeholder."""

from collections.abc import Callable, Sequence

from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from tui.surviving import Surviving


class PlaceholderFields(Surviving, Vertical):
    """`given` is what was filled in. `changed` is called at every change, `complete` at Enter once none is empty."""

    def __init__(self, *, id: str, changed: Callable[[], None], complete: Callable[[], None]) -> None:
        super().__init__(id=id)
        self.given: dict[str, str] = {}
        self._has_changed = changed
        self._is_complete = complete

    async def ask(self, names: Sequence[str]) -> None:
        """Show an empty field for each name, and go to the first one."""
        self.given = {}
        await self.remove_children()
        for name in names:
            field = Input(placeholder=f"a value for {name}", name=name, compact=True, tooltip=f"Put in place of {name}")
            await self.mount(Horizontal(Label(name, markup=False), field, classes="value"))
        if names:
            self.query(Input).first().focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another value makes another change."""
        event.stop()
        if event.input.name:
            self.given[event.input.name] = event.value
            self._has_changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next empty field."""
        event.stop()
        empty = next((one for one in self.query(Input) if not one.value.strip()), None)
        if empty is not None:
            empty.focus()
        else:
            self._is_complete()
