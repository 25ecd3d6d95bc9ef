"""Files and containers as rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from doctor.diagnosis.call import Call
from doctor.states import Level, Standing
from tui.targets.rows import Row, Section, counted, size
from tui.waiting import NO_ENGINE_YET, SOON, waited

if TYPE_CHECKING:
    from doctor.containers.states import Told
    from doctor.discovery import Found

ORDER = ("script", "manifest", "document")
SAVED = ("report", "log")


def file_sections(rows: Sequence[Row], folder: Path, note: str, problem: str = "") -> tuple[Section, Section]:
    """Files to check, and what was saved: reports, bundles, logs."""
    where = "this folder" if folder == Path() else str(folder)
    checked = sorted((one for one in rows if one.kind in ORDER), key=lambda one: ORDER.index(one.kind))
    saved = sorted((one for one in rows if one.kind in SAVED), key=lambda one: SAVED.index(one.kind))
    title = f"Files in {where}"
    if len(checked) > 1:
        call = Call(kind="folder", name=str(folder))
        checked = [Row("folder:", "folder", f"all {len(checked):,} of them", call=call, where=where), *checked]
    if problem:
        checked.append(Row("remark:files", "", "", remark=problem, again="files"))
    elif not checked and not note:
        remark = (
            "no entry script, manifest or description of a service lies in this folder or three levels below; start "
            "doctor where they lie, or type the path of one above"
        )
        checked.append(Row("remark:files", "", "", remark=remark, again="files"))
    return Section(title, tuple(checked), note), Section("Logs, reports and bundles", tuple(saved))


def file_row(one: "Found", folder: Path) -> Row:
    """A file below the folder."""
    name = str(one.path.relative_to(folder)) if one.path.is_relative_to(folder) else str(one.path)
    words = one.remark or (size(one.size) if one.kind == "log" else "")
    level: Level = "odd" if one.remark and not one.remark.startswith("deploys ") else ""
    call = Call(kind=one.kind, name=str(one.script or one.path))
    return Row(f"file:{name}", one.kind, name, Standing(words, level), one.modified, call)


def container_section(told: "Told | None", seconds: float = 0.0) -> Section:
    """The containers of the engine, or why there are none; while it says nothing, since when it is waited for."""
    title = "Docker containers"
    if told is None:
        late = seconds >= SOON
        remarks = (Row("remark:containers", "", "", remark=NO_ENGINE_YET, again="containers"),) if late else ()
        return Section(title, remarks, waited(seconds).replace("asking", "asking the engine"))
    from doctor.containers.states import Containers  # loads the engine's client, which takes its time

    if not isinstance(told, Containers):
        remark = Row("remark:containers", "", "", remark=f"{told.reason} (doctor keeps looking)", again="containers")
        return Section(title, (remark,), "no engine")
    rows = tuple(
        Row(
            f"container:{one.name}",
            "container",
            one.name,
            one.standing,
            one.since,
            Call(kind="container", name=one.name),
            where=one.image,
        )
        for one in told.items
    )
    if not rows:
        words = f"the engine at {told.address} has no containers; start yours (docker run), and it appears here"
        return Section(title, (Row("remark:containers", "", "", remark=words, again="containers"),))
    return Section(title, rows, counted(rows, "container"))
