"""The screens, and the keys that mean the same on all of them; the line of keys has room for the first ones."""

from dataclasses import replace

from textual.binding import Binding, BindingType

SCREENS = {
    "targets": ("1", "Choose what to diagnose"),
    "causes": ("2", "Ranked causes, proof and fix"),
    "evidence": ("3", "Logs, files, packages, events"),
    "payloads": ("4", "Edit a request and send it"),
}
"""Of each screen its key, and what it is for."""
KEYS: list[BindingType] = [
    Binding("escape", "cancel", "Cancel", id="app.cancel", tooltip="End the diagnosis that is under way"),
    Binding("f", "fix", "Fix", id="app.fix", tooltip="Show the fix as a diff, and apply it once confirmed"),
    Binding("r", "renew", "Run again", id="app.renew", tooltip="Diagnose the same target again"),
    Binding("w", "watch", "Watch", id="app.watch", tooltip="Renew the diagnosis whenever the target changes"),
    Binding("question_mark", "help", "Help", id="app.help", tooltip="What this screen is for, and its keys"),
    Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave; nothing is left running", priority=False),
    Binding("y", "copy_command", "Copy command", id="app.copy-command", tooltip="Copy the fix's first command"),
    Binding("Y", "copy_finding", "Copy finding", id="app.copy-finding", tooltip="Copy the finding as text", show=False),
    Binding("m", "copy_markdown", "Copy Markdown", id="app.copy-markdown", tooltip="Copy the report for a ticket"),
    Binding("b", "save_bundle", "Save bundle", id="app.bundle", tooltip="Save evidence and report in one file"),
    Binding("x", "export", "Export", id="app.export", tooltip="Write the report as JSON, SARIF, Markdown ..."),
    Binding(
        "f1",
        "help",
        "Help",
        id="app.help-anywhere",
        tooltip="What this screen is for, and its keys",
        priority=True,
        show=False,
    ),
    *(
        Binding(key, f"switch_mode('{mode}')", mode.title(), id=f"app.{mode}", tooltip=tooltip, show=False)
        for mode, (key, tooltip) in SCREENS.items()
    ),
    Binding("u", "undo", "Undo", id="app.undo", tooltip="Take the last applied fix back", show=False),
    Binding("ctrl+o", "jump", "Jump", id="app.jump", tooltip="Go to a part of the screen by a letter", show=False),
    Binding(
        "ctrl+z",
        "suspend_process",
        "Suspend",
        id="app.suspend",
        tooltip="Back to the shell for a while; fg returns",
        show=False,
    ),
    Binding("ctrl+t", "toggle_dark", "Light or dark", id="app.dark", tooltip="The other theme; kept", show=False),
]


def unseen(*keys: str) -> list[BindingType]:
    """The same keys, left out of the footer of a screen on which they seldom help."""
    own = [one for one in KEYS if isinstance(one, Binding) and one.key in keys]
    return [replace(one, action=f"app.{one.action}", show=False) for one in own]
