"""Contents of files, read beside the screen and remembered for a while."""

from collections.abc import Callable
from functools import partial

from doctor.diagnosis.result import Diagnosis
from doctor.exploring.contents import MOST, Contents, contents, read_here
from doctor.exploring.difference import Difference, difference
from doctor.exploring.file_records import File
from tui.threads import in_thread

SECONDS = 20.0
MOST_KEPT = 30
UNFETCHED = Contents(note="press Enter to read it where it runs; nothing is changed by it")


class Reading:
    """What was read of the files of one diagnosis."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Contents] = {}

    def forget(self) -> None:
        """Another diagnosis: files may have changed."""
        self._kept = {}

    async def contents(self, diagnosis: Diagnosis, file: File, *, inside: bool, fetch: bool) -> Contents:
        """The file there. Without `fetch` only what is at hand: evidence, or this disk."""
        if file.state == "missing":
            return Contents(problem=f"it is not there; yours is {file.own}")
        if file.kind == "folder":
            return Contents(problem="the folder is empty")
        evidence = diagnosis.evidence
        if evidence is None:
            return Contents(problem="the report was saved without its evidence")
        if inside and not fetch and not self._is_at_hand(diagnosis, file):
            return UNFETCHED
        read = partial(contents, evidence, diagnosis.call, file.path, inside=inside, size=file.size)
        return await self._remembered(("there", file.path), read)

    async def difference(self, diagnosis: Diagnosis, file: File, *, inside: bool, fetch: bool) -> Difference:
        """One's own file against the one there."""
        own = await self._remembered(("own", file.own), partial(read_here, file.own))
        if file.state == "missing":
            there = Contents()
        else:
            there = await self.contents(diagnosis, file, inside=inside, fetch=fetch)
        if there is UNFETCHED:
            return Difference(note=there.note)
        names = f"yours/{file.name}", f"there/{file.name}"
        return await in_thread(partial(difference, own, there, *names, state=file.state), SECONDS)

    def _is_at_hand(self, diagnosis: Diagnosis, file: File) -> bool:
        evidence = diagnosis.evidence
        texts = getattr(evidence.inside, "texts", {}) if evidence else {}
        paths = {getattr(one, "path", "") for one in (evidence.script, evidence.environment)} if evidence else set()
        return ("there", file.path) in self._kept or file.path in texts or file.path in paths

    async def _remembered(self, key: tuple[str, str], read: Callable[[], Contents]) -> Contents:
        if key not in self._kept:
            try:
                found = await in_thread(read, SECONDS)
            except TimeoutError:
                return Contents(problem=f"nothing was read in {SECONDS:.0f} s (at most {MOST >> 20} MiB are)")
            if found.problem:
                return found
            self._kept[key] = found
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return self._kept[key]
