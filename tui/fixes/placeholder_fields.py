"""Fields for what a fix leaves to the person: one for each placeholder."""

from collections.abc import Callable

from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from checks.finding import Fix
from doctor.placeholders import is_secret, label, placeholders, valid
from tui.surviving import Surviving


class PlaceholderFields(Surviving, Vertical):
    """`given` is what was filled in. `changed` is called at every change, `complete` at Enter once none is empty."""

    def __init__(
        self, given: dict[str, str], *, id: str, changed: Callable[[], None], complete: Callable[[], None]
    ) -> None:
        super().__init__(id=id)
        self.given = given
        self.names: tuple[str, ...] = ()
        self._secret: frozenset[str] = frozenset()
        self._has_changed = changed
        self._is_complete = complete

    @property
    def shown(self) -> dict[str, str]:
        """What was filled in and may be read over a shoulder."""
        return {name: value for name, value in self.given.items() if name not in self._secret}

    @property
    def complaint(self) -> str:
        """What is wrong with a value; empty where nothing is."""
        for name in self.names:
            value = self.given.get(name, "").strip()
            if value and not valid(name).holds(value):
                return f"{name} is to be {valid(name).words}"
        return ""

    async def ask(self, fix: Fix) -> None:
        """Show a field for each placeholder, with what was given before, and go to the first empty one."""
        await self.remove_children()
        self.names = placeholders(fix)
        self._secret = frozenset(name for name in self.names if is_secret(fix, name))
        for name in self.names:
            field = Input(
                self.given.get(name, ""),
                placeholder=valid(name).words,
                name=name,
                password=name in self._secret,
                compact=True,
                tooltip=f"Put in place of {name}",
            )
            await self.mount(Horizontal(Label(label(fix, name), markup=False), field, classes="value"))
        self._empty_or_first()

    def _empty_or_first(self) -> bool:
        """Go to the first empty field, else to the first one; whether there was an empty one."""
        fields = list(self.query(Input))
        empty = next((one for one in fields if not one.value.strip()), None)
        if fields:
            (empty or fields[0]).focus()
        return empty is not None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another value makes another change."""
        event.stop()
        name = event.input.name
        if name and self.given.get(name, "") != event.value:
            self.given[name] = event.value
            self._has_changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next empty field."""
        event.stop()
        if not self._empty_or_first():
            self._is_complete()
