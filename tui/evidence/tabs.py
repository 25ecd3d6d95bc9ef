"""The tabs of the screen `evidence`: their help, keys and words, what fills each, and which one tells most."""

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from checks.evidence import Missing, Probe
from doctor.diagnosis.result import Diagnosis
from doctor.exploring.calls import has_calls
from doctor.logs.wholes import offers_of
from tui.evidence.files_pane import FilesPane
from tui.evidence.log_pane import LogPane
from tui.evidence.table_pane import TablePane

TABS = {
    "log": ("L", "Log", "what the service wrote"),
    "files": ("I", "Files", "the files of the service, and how they differ from yours"),
    "packages": ("A", "Packages", "what is installed against what is asked for"),
    "environment": ("E", "Environment", "variables, limits, ports, mounts, image, user"),
    "timeline": ("T", "Time line", "starts, ends, health checks and events in their order"),
    "probe": ("O", "Probe", "what the rehearsal observed"),
    "calls": ("C", "Calls", "requests that were tried, and their answers"),
}
"""Of each tab its key, its word, and what it shows."""
MAKERS = {
    "packages": "packages:packages",
    "environment": "variables:variables",
    "timeline": "timeline:timeline",
    "probe": "observed:observed",
    "calls": "calls:calls",
}
"""What fills the tables, each in a module that is imported when its tab is opened."""

HELP = """
# Evidence

What doctor saw of the target: look here when a cause does not convince you, or when there is none.

- **Log**: what the service wrote. **Files**: what lies where it runs; `d` shows a diff against your own copy.
- **Packages**: installed against asked for. **Environment**: variables, limits, ports, mounts, image.
- **Time line**: what happened when; repeats stand in one line. **Probe**: what a rehearsal of the script observed.
- **Calls**: requests that were tried (where there were any).

Change tabs with the underlined letter and Shift, with `<` and `>`, or with a click. `/` filters, `t` shows only what is
wrong, `s` or a click on a title sorts. Enter, or a second click, opens the file that a row speaks of. Looking changes
nothing.
"""
_GROUP = Binding.Group("Tabs", compact=True)
KEYS: list[BindingType] = [
    *(
        Binding(key, f"tab('{name}')", title, show=False, id=f"evidence.{name}", tooltip=f"{title}: {what}")
        for name, (key, title, what) in TABS.items()
    ),
    Binding(
        "less_than_sign,ctrl+pageup",
        "next(-1)",
        "Tab before",
        id="evidence.before",
        tooltip="The tab before",
        group=_GROUP,
    ),
    Binding(
        "greater_than_sign,ctrl+pagedown",
        "next(1)",
        "Next tab",
        id="evidence.next",
        tooltip="The next tab",
        group=_GROUP,
    ),
    Binding("escape", "back", "Back", id="evidence.back", tooltip="Back to the cause or answer whose proof this is"),
]


def telling(diagnosis: Diagnosis | None) -> str:
    """The tab to begin with: the log, or where nothing was written the rehearsal, the files, or what was asked."""
    evidence = diagnosis.evidence if diagnosis else None
    if diagnosis is None or evidence is None or offers_of(diagnosis):
        return "log"
    if isinstance(evidence.probe, Probe):
        return "probe"
    if not isinstance(evidence.script, Missing):
        return "files"
    return "calls" if has_calls(evidence) else "log"


def title(name: str) -> Content:
    """The word on a tab, with its key underlined."""
    key, word, _ = TABS[name]
    at = word.lower().index(key.lower())
    return Content.assemble(word[:at], (word[at], "underline"), word[at + 1 :])


def new_pane(name: str) -> Widget:
    """The part that a tab holds."""
    if name == "log":
        return LogPane(id="log-pane")
    return FilesPane(id="files-pane") if name == "files" else TablePane(MAKERS[name], id=f"{name}-pane")
