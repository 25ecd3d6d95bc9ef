"""What was diagnosed before, as rows: of this folder first, of others further down."""

from pathlib import Path
from typing import TYPE_CHECKING

from doctor.diagnosis.call import Call
from doctor.states import Level, Standing
from tui.targets.gone import GONE
from tui.targets.rows import Row, Section

if TYPE_CHECKING:
    from doctor.recent import Recents

LEVELS: dict[str, Level] = {"failing": "bad", "healthy": "well", "inconclusive": "odd"}
OF_FILES = frozenset({"script", "document", "manifest", "folder", "log", "report"})


def recent_sections(recents: "Recents", folder: Path, gone: frozenset[str] = frozenset()) -> tuple[Section, Section]:
    """The last calls: those of this folder or of none, and those of other folders.

    `gone` are names of files that are not there any more; they stand last.
    """
    from doctor.recent import is_whole, usable

    rows: list[Row] = []
    elsewhere: list[Row] = []
    for one in recents.items:
        call = usable(one.call, folder)
        standing = Standing(one.outcome, LEVELS.get(one.outcome, ""))
        if one.call.name in gone:
            standing = GONE
        elif not is_whole(one.call):
            standing = Standing("its secret was not kept; type it again", "odd")
        words = call.command
        is_here = call.kind not in OF_FILES or Path(one.call.name).is_relative_to(folder.absolute())
        row = Row(f"recent:{words}", call.kind, _title(call), standing, one.used, call, where=words)
        (rows if is_here else elsewhere).append(row)
    for some in (rows, elsewhere):
        some.sort(key=lambda row: row.standing.level == "off")
    note = "what was diagnosed last, when, and how it ended" if rows else ""
    if recents.remark:
        rows.append(Row("remark:recent", "", "", remark=recents.remark, again="recent"))
    return Section("Recent", tuple(rows), note), Section("Recent, of other folders", tuple(elsewhere))


def _title(call: Call) -> str:
    """The target, with what else was asked for: the same script with other samples is another row."""
    options = [
        *(f"--sample {Path(one).name}" for one in call.samples),
        *(f"--image {one}" for one in (call.image,) if one),
        *(f"--env {Path(one).name}" for one in (call.environment,) if one),
        *(f"--source {Path(one).name}" for one in (call.source,) if one),
        *(f"--python {one}" for one in (call.python,) if one),
    ]
    return " ".join([call.title, *options])
