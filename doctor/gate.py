"""The gate: several entry scripts, one after the other or on all cores, with fixes applied when asked."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from checks.evidence import Evidence, Probe
from doctor.cluster.manifest_paths import is_folder, is_meant, manifests_in, script_named_by, why_no_manifest
from doctor.collectors.script import find_scripts
from doctor.engine import Examination, Options, examine
from doctor.errors import CannotExamine
from doctor.fixing import diff, new_texts, safe_edits, write

if TYPE_CHECKING:
    from concurrent.futures import Executor

MOST_FIX_ROUNDS = 10
BODIES = frozenset({".json", ".csv", ".txt", ".bin", ".png", ".jpg", ".jpeg", ".xml", ".parquet"})
WORTH_A_POOL = 16  # scripts; below that, starting processes costs more than it saves

Refused = tuple[Path, CannotExamine]


def scripts_of(paths: Sequence[Path]) -> tuple[list[Path], list[Refused]]:
    """The entry scripts that the paths stand for, each once, and the paths that cannot be examined."""
    scripts: dict[Path, None] = {}
    refused: list[Refused] = []
    for given in paths:
        named = script_named_by(given)
        path = named if named and named.is_file() else given
        try:
            if not is_folder(path) and (reason := why_no_manifest(path)):
                raise CannotExamine(reason)
            scripts |= dict.fromkeys(find_scripts(path))
        except CannotExamine as error:
            reason = why_no_manifest(path) if is_folder(path) else ""
            refused.append((path, CannotExamine(reason) if reason else error))
    return list(scripts), refused


def documents_of(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The descriptions of services among the paths (swagger.json), and all other paths."""
    from doctor.contract.documents import is_document

    found = {path: not is_folder(path) and is_document(path) for path in paths}
    return [path for path, one in found.items() if one], [path for path, one in found.items() if not one]


def bodies_of(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files among the paths that can only be request bodies, by the end of their names, and all other paths."""
    found = {path: path.suffix.lower() in BODIES and path.is_file() and not is_meant(path) for path in paths}
    return [path for path, one in found.items() if one], [path for path, one in found.items() if not one]


def manifests_of(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The manifests that the paths stand for, each once, and the paths that may stand for entry scripts.

    A folder may be both.
    """
    manifests: dict[Path, None] = {}
    others: list[Path] = []
    for path in paths:
        folder = is_folder(path)
        found = manifests_in(path) if folder else [path] if is_meant(path) else []
        manifests |= dict.fromkeys(found)
        if folder or not found:
            others.append(path)
    return list(manifests), others


def rehearsed(found: Sequence[Examination]) -> dict[Path, Evidence]:
    """What rehearsals showed, by the folder of the script; nothing of a folder with several scripts."""
    folders = [one.path.absolute().parent for one in found]
    probed = (one for one in found if isinstance(one.evidence.probe, Probe))
    return {folder: one.evidence for one in probed if folders.count(folder := one.path.absolute().parent) == 1}


def examine_all(
    scripts: Sequence[Path], options: Options, listen: Callable[[str], None]
) -> Iterator[Examination | Refused]:
    """Examine scripts in order. Reading uses all cores; rehearsals are processes of their own and wait in threads."""
    if len(scripts) <= 1:
        yield from (_one(script, options, listen) for script in scripts)
        return
    with _pool(len(scripts), options) as pool:
        yield from pool.map(partial(_one, options=options), scripts, chunksize=8)


def examine_in(
    image: str, scripts: Sequence[Path], options: Options, listen: Callable[[str], None]
) -> Iterator[Examination | Refused]:
    """Examine scripts one after the other, each deployed locally in a Docker image."""
    from doctor.containers.image_gate import check_in_image

    for script in scripts:
        try:
            yield check_in_image(script, image, options, listen)
        except CannotExamine as error:
            yield script, error


def _pool(number: int, options: Options) -> "Executor":
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor  # not loaded for a single script

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if options.run or number < WORTH_A_POOL:
        return ThreadPoolExecutor(max_workers=1 if options.in_process else cores)
    return ProcessPoolExecutor(max_workers=cores)


def _one(path: Path, options: Options, listen: Callable[[str], None] = lambda _: None) -> Examination | Refused:
    try:
        return examine(path, options, listen)
    except CannotExamine as error:
        return path, error


def fixed(found: Examination, options: Options, listen: Callable[[str], None]) -> tuple[Examination, int]:
    """Apply safe fixes until none is left, and return the last examination with the number of edits made."""
    made = 0
    for _ in range(MOST_FIX_ROUNDS):
        edits = safe_edits(found.report.findings)
        changes = new_texts(found.evidence, edits)
        if not changes:
            break
        for path, (before, after) in changes.items():
            write(Path(path), before, after, _encoding(found, path))
        made += sum(len(set(edits[path])) for path in changes)
        found = examine(found.path, options, listen)
    return found, made


def preview(found: Examination) -> str:
    """The diff that `fixed` would make in its first round; empty when there is nothing safe to change."""
    return diff(new_texts(found.evidence, safe_edits(found.report.findings)))


def _encoding(found: Examination, path: str) -> str:
    return next((one.encoding for one in found.evidence.code if one.path == path), "utf-8")
