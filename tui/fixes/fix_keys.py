"""How the dialog of a fix is used: its help and its keys."""

from textual.binding import Binding, BindingType

HELP = """\
What the fix would change, as a diff: lines with `-` go, lines with `+` come.

- **safe** fixes keep the meaning of the code: Enter applies.
- **review** fixes are right in most cases: read the change and tick the box, then Enter applies.
- **placeholder** fixes have values for you to fill in first: Enter goes on, and applies the change or tries it. They
  stay for the command that is copied and for the next rehearsal, until you leave doctor.

A fix that was not tried, since the rehearsal is slow, is proved with `v`: on a scratch copy, before you decide.
A value that the rehearsal can be given is tried with `v`, too.

Commands are only copied, never run. After a fix is applied the diagnosis is renewed; `u` takes the fix back.
"""
KEYS: list[BindingType] = [
    Binding("enter", "apply", "Apply", id="fix.apply", tooltip="Apply the change that is shown"),
    Binding("space", "read", "I have read it", id="fix.read", tooltip="Tick the box: the change was read"),
    Binding("n", "other(1)", "Next fix", id="fix.next", tooltip="Another way to cure the finding"),
    Binding("p", "other(-1)", "Previous", id="fix.previous", tooltip="The fix before this one", show=False),
    Binding("v", "prove", "Prove first", id="fix.prove", tooltip="Try it on a scratch copy; nothing is changed"),
    Binding("y", "copy", "Copy command", id="fix.copy", tooltip="Copy the commands; doctor runs none of them"),
    Binding("escape", "leave", "Close", id="fix.close", tooltip="Change nothing"),
]
