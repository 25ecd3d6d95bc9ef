"""How the screen `causes` is used: its help, its keys, and which of them would do nothing as things stand."""

from textual.binding import Binding, BindingType

from tui.state import State

HELP = """\
What is wrong with the target, the most likely cause first.

**Left**: the causes in their order, each with the symptoms it explains folded below it; then warnings, and the checks
that were skipped, crashed or passed. **Right**: why it breaks, the proving lines, the fix, and how to confirm it.

Read the first cause, press `p` to see its proof where it stands, `f` to see its fix as a diff. A symptom needs no cure
of its own: it goes with its cause. While a diagnosis runs, `escape` cancels it; `r` runs it again.
"""
KEYS: list[BindingType] = [
    Binding("p", "prove", "Proof", id="causes.prove", tooltip="Show the proving line where it stands"),
    Binding("e", "explain", "Explain", id="causes.explain", tooltip="What doctor explain says of this check"),
    Binding("slash", "filter", "Filter", id="causes.filter", tooltip="Show only the rows that have certain words"),
    Binding("s", "steps", "Steps", show=False, id="causes.steps", tooltip="Each step, and how long it took"),
    Binding("t", "trace", "Trace", id="causes.trace", tooltip="Fold or unfold the trace of what failed"),
    Binding("o", "targets", "Targets", id="causes.targets", tooltip="A list of all targets of this result"),
    Binding("left_square_bracket", "step(-1)", "Before", id="causes.before", tooltip="The target before this one"),
    Binding("right_square_bracket", "step(1)", "Next", id="causes.next", tooltip="The next target"),
    Binding("escape", "back", "Back", show=False, id="causes.back", tooltip="Out of the detail or the filter"),
]


def useless(state: State) -> frozenset[str]:
    """Actions that have nothing to act upon now; they are not offered."""
    needs = (
        (state.diagnosis is not None, {"prove", "explain", "filter"}),
        (state.done is not None and len(state.done.diagnosed) > 1, {"targets", "step"}),
        (state.failed is not None and bool(state.failed.trace), {"trace"}),
        (not state.running, {"back"}),  # while something runs, escape cancels that
    )
    return frozenset(action for met, actions in needs if not met for action in actions)
