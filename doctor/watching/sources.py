"""Which way of watching fits a call, and why some targets cannot be watched."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checks.evidence import Evidence
from doctor.diagnosis.call import Call
from doctor.watching.change import Change, Stop

if TYPE_CHECKING:
    from doctor.watching.places import Places


def why_not(call: Call) -> str | None:
    """Why nothing tells of this target's changes; None where something does."""
    if call.kind == "url":
        return "a URL does not tell when it changes; r asks it again"
    return None


def watched(call: Call) -> str:
    """What a change of is told, in a few words."""
    if call.kind == "container":
        return "starts, ends, health and renames of the container"
    if call.kind == "workload":
        return "its pods, asked every 5 to 30 s"
    if call.kind in {"script", "folder"}:
        return "code, samples, environment file and models"
    return "the file"


def places(call: Call, found: Sequence[Evidence]) -> "Places | None":
    """The files that are watched; None where something else tells of changes."""
    if call.kind in {"container", "workload"} or why_not(call):
        return None
    from doctor.watching.places import places_of

    return places_of(call, found)


def changes(call: Call, found: Sequence[Evidence], since: float | None, stop: Stop) -> Iterator[Change]:
    """Each change of a target as it comes; ends when `stop` is set. `found` is what the diagnoses before rest on.

    Of files those too that changed after `since` (seconds since the epoch).
    """
    if call.kind == "container":
        from doctor.watching.containers import changes_of_container

        yield from changes_of_container(call.name, stop)
    elif call.kind == "workload":
        from doctor.watching.workloads import changes_of_workload

        yield from changes_of_workload(call, stop)
    elif where := places(call, found):
        from doctor.watching.files import changes_of_files

        yield from changes_of_files(where, stop, since)
