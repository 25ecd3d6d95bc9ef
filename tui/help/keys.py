"""The keys that work on a screen now, in the order of their nearness: focused widget, screen, everywhere."""

from typing import TYPE_CHECKING, NamedTuple

from textual.app import App
from textual.screen import Screen

if TYPE_CHECKING:
    from textual.dom import DOMNode

HERE, SCREEN, EVERYWHERE = "in the focused part", "on this screen", "everywhere"


class Key(NamedTuple):
    """One action with all its keys. `place` says where it works; not `enabled`: greyed out now."""

    key: str
    name: str
    tooltip: str
    action: str
    place: str
    enabled: bool
    namespace: "DOMNode"

    @property
    def text(self) -> str:
        """What typing is compared with."""
        return f"{self.key} {self.name} {self.tooltip}".casefold()


def keys_of(screen: "Screen[object]") -> list[Key]:
    """The keys of a screen as it stands. Keys that do the same share a line."""
    found: dict[tuple[int, str], Key] = {}
    for node, binding, enabled, tooltip in screen.active_bindings.values():
        shown = screen.app.get_key_display(binding)
        place = EVERYWHERE if isinstance(node, App) else SCREEN if isinstance(node, Screen) else HERE
        name = binding.description if binding.id else binding.description.capitalize()  # Textual writes Page Left
        key = Key(shown, name, tooltip, binding.action, place, enabled, node)
        if same := found.get((id(node), binding.action)):
            keys = " ".join(dict.fromkeys([*same.key.split(), shown]))
            key = (key if binding.id else same)._replace(key=keys)  # doctor's own words before those of Textual
        found[id(node), binding.action] = key
    order = (HERE, SCREEN, EVERYWHERE)
    return sorted(found.values(), key=lambda key: order.index(key.place))
