"""The bodies that lie on this machine: the samples of a diagnosis, and files beside the script."""

from pathlib import Path
from typing import Literal

from checks.evidence import Samples, Script
from checks.finding import Record
from doctor.collectors.samples import LARGEST_SAMPLE, find_samples
from doctor.diagnosis.result import Diagnosis

MOST_KEPT = 60  # files

Origin = Literal["sample", "example", "made", "new"]


class Offer(Record, frozen=True):
    """One body to begin with. `path` is its file; a body that is no file is in `body`. `about` says what it is.

    `given`: the person named it.
    """

    name: str
    origin: Origin
    about: str
    path: str | None = None
    body: bytes = b""
    given: bool = False


def files_of(diagnosis: Diagnosis | None) -> tuple[Offer, ...]:
    """The files that can be sent, those first that the person named. Looks into the folder; reads no file."""
    if diagnosis is None or (evidence := diagnosis.evidence) is None:
        return ()
    folder = folder_of(diagnosis)
    given = {str(Path(one)) for one in diagnosis.call.samples}
    paths = [Path(one) for one in diagnosis.call.samples]
    if isinstance(evidence.samples, Samples):
        paths += [Path(one.source) for one in evidence.samples.items]
    if folder is not None and (folder != Path() or isinstance(evidence.script, Script)):
        paths += find_samples(folder)
    there = {str(path): path for path in paths if path.is_file() and path.stat().st_size <= LARGEST_SAMPLE}
    return tuple(
        Offer(name=path.name, origin="sample", about=str(path), path=str(path), given=name in given)
        for name, path in list(there.items())[:MOST_KEPT]
    )


def folder_of(diagnosis: Diagnosis | None) -> Path | None:
    """Where samples of this target lie: beside the script, or in the source folder."""
    if diagnosis is None:
        return None
    call = diagnosis.call
    if call.kind in ("script", "document", "manifest"):
        return Path(call.name).parent
    if call.kind == "folder":
        return Path(call.name)
    return Path(call.source) if call.source else Path()
