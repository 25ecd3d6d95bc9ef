"""What Enter does: diagnose a target, open what holds some, ask again what could not be reached."""

from functools import partial
from typing import TYPE_CHECKING

from tui.shortened import one_line
from tui.targets.rows import Row
from tui.targets.typed import typed_call
from tui.threads import in_thread

if TYPE_CHECKING:
    from doctor.diagnosis.call import Call
    from tui.targets.screen import TargetsScreen


def open_row(screen: "TargetsScreen", row: Row) -> None:
    """Do what a row is there for."""
    if row.remark:
        _ask_again(screen, row.again)
    elif row.opens is not None:
        screen.sources.clusters.toggle(row.key)
        if screen.listing.query:
            screen.end_filter()
    elif row.call is not None:
        screen.doctor.background(partial(_open_kept, screen, row.call), what=f"diagnose {row.name}")


async def open_typed(screen: "TargetsScreen", text: str) -> None:
    """Diagnose what was typed in full. Raises ConfigError where it is no target."""
    _diagnose(screen, await in_thread(partial(typed_call, text, screen.doctor.folder)))


async def _open_kept(screen: "TargetsScreen", call: "Call") -> None:
    from doctor.recent import is_whole

    if is_whole(call):
        _diagnose(screen, call)
        return
    words = f"its secret was not kept; type it again in full: {call.command}"
    screen.doctor.notify(words, title="this target is not whole", severity="warning", timeout=12, markup=False)


async def forget_row(screen: "TargetsScreen", row: Row) -> None:
    """Take a recent target off the list, and say how it comes back."""
    from doctor.recent import forget

    if row.call is None:
        return
    await in_thread(partial(forget, row.call))
    screen.sources.recent()
    screen.doctor.notify(f"forgot {one_line(row.name)}; it comes back once it is diagnosed again", markup=False)


def _diagnose(screen: "TargetsScreen", call: "Call") -> None:
    """Whoever comes back is at the list, where `/` begins another filter."""
    screen.targets.focus()
    screen.doctor.diagnose(call)


def _ask_again(screen: "TargetsScreen", what: str) -> None:
    if what.startswith("node:"):
        screen.sources.clusters.ask(what)
        screen.notify("asking again", timeout=2)
    else:
        screen.action_look()
        screen.notify("looking again", timeout=2)
