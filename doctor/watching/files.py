"""Changes of files, as the system tells of them: a save in place, one by renaming, what is deleted and made anew."""

import os
from collections.abc import Iterator
from pathlib import Path

from doctor.watching.change import Change, Stop
from doctor.watching.places import Places

TOGETHER = 1_500  # milliseconds in which changes count as one at most
QUIET = 150  # milliseconds without a change that end it
LOOK = 1_000  # milliseconds until a new set of folders is known to be watched

Signature = tuple[int, int, int]


def changes_of_files(places: Places, stop: Stop, since: float | None = None) -> Iterator[Change]:
    """Each change. Where the system cannot tell of any, the files are looked at again and again.

    What changed after `since` (seconds since the epoch) and before the first look is told at once.
    """
    known: dict[str, Signature | None] = {}
    for path in places.all_files():
        _is_other(path, known)
    if since is not None and (recent := {path for path in known if _when(path) > since}):
        yield _change(recent, places)
    polling = False
    waiting: set[str] = set()
    while not stop.is_set():
        folders = places.folders()
        is_new = True
        try:
            for batch in _told(folders, places, stop, polling):
                if is_new:  # what happened until the system listened, it does not tell
                    batch |= {path for path in {*places.all_files(), *known} if _signature(path) != known.get(path)}
                    is_new = False
                paths = {file for path in batch for file in places.files_at(path)}
                changed = {path for path in paths if _is_other(path, known)} | waiting
                if batch and places.folders() != folders:
                    waiting = changed  # told once the new folders are watched: nothing is missed between
                    break
                waiting = set()
                if changed:
                    yield _change(changed, places)
        except FileNotFoundError:  # a folder went meanwhile
            stop.wait(0.2)
        except OSError:  # no more watches, or none on this file system
            if polling:
                raise
            polling = True


def _told(folders: list[str], places: Places, stop: Stop, polling: bool) -> Iterator[set[str]]:
    """Paths that something happened to; an empty set now and then."""
    from watchfiles import watch

    for batch in watch(
        *folders,
        watch_filter=lambda _, path: places.matters(path),
        debounce=TOGETHER,
        step=QUIET,
        stop_event=stop,
        rust_timeout=LOOK,
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=polling or None,
        poll_delay_ms=1_000,
        recursive=False,
        ignore_permission_denied=True,
    ):
        yield {path for _, path in batch}


def _is_other(path: str, known: dict[str, Signature | None]) -> bool:
    """Whether a file is not what it was at its last change."""
    now = _signature(path)
    if now is None:
        if not any(one == path or one.startswith(path + os.sep) for one in known):
            return False  # it came and went, as the temporary file of an editor does
        known |= {one: None for one in known if one.startswith(path + os.sep)}
    if path in known and known[path] == now:
        return False
    known[path] = now
    return True


def _signature(path: str) -> Signature | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _change(paths: set[str], places: Places) -> Change:
    there = [path for path in paths if Path(path).exists()]
    first, *rest = sorted(paths, key=lambda path: (path not in places.files, not places.is_urgent(path), path))
    what = "changed" if there else "is gone"
    if rest:
        what = f"and {len(rest)} more {'file' if len(rest) == 1 else 'files'} changed"
    return Change(
        what=f"{Path(first).name} {what}",
        urgent=any(map(places.is_urgent, paths)),
        when=max(map(_when, paths)),
        paths=frozenset(paths),
    )


def _when(path: str) -> float:
    """When it changed, by the one clock that no program sets back; of a file that is gone, its folder's."""
    for place in (Path(path), Path(path).parent):
        try:
            return place.stat().st_ctime
        except OSError:
            continue
    return float("inf")
