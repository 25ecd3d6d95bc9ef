"""The logs that a bundle holds: which there are, and the lines of one of them."""

from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path
from zipfile import ZipFile

import msgspec

from doctor.bundle.archive import content, is_inside, limited, opened
from doctor.bundle.form import INDEX, LARGEST_LOG, Kept
from doctor.diagnosis.result import Diagnosis, SavedLog
from doctor.errors import CannotExamine
from doctor.logs.gapped import are_in_order
from doctor.logs.spooling import lines_of
from doctor.logs.wholes import Whole

LARGEST_INDEX = 64 << 20  # bytes
LARGEST_FILE = LARGEST_LOG + LARGEST_LOG // 4  # masks, and what stands between both ends, may be longer


def logs_of(archive: ZipFile, path: Path) -> list[Kept]:
    """The logs that `logs.json` names and that are there; a bundle of an older doctor names none."""
    try:
        listed = msgspec.json.decode(content(archive, INDEX, path, LARGEST_INDEX), type=list[Kept])
    except KeyError:
        return []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CannotExamine(f"{INDEX} of {path} cannot be read: {error}; copy the bundle again") from None
    return [one for one in listed if _is_sound(archive, one.log)]


def _is_sound(archive: ZipFile, log: SavedLog) -> bool:
    return (
        is_inside(archive, log.file)
        and (not log.marks or is_inside(archive, log.marks))
        and are_in_order(log.runs)
        and all(place < max(1, log.lines) for place, _ in log.runs)
    )


def with_logs(diagnosed: tuple[Diagnosis, ...], kept: list[Kept]) -> tuple[Diagnosis, ...]:
    """The diagnoses with the whole logs that belong to each."""
    return tuple(
        msgspec.structs.replace(one, logs=tuple(log.log for log in kept if log.whole and log.diagnosis == number))
        for number, one in enumerate(diagnosed)
    )


def read_log(whole: Whole, add: Callable[[int, bytes], None]) -> str:
    """Give every line of a log in a bundle to `add`, with its mark; what is to be told of its end."""
    path = Path(whole.name)
    try:
        with opened(path) as archive:
            if not is_inside(archive, whole.path):
                raise CannotExamine(f"{whole.path} is not in {path} any more; open the bundle again")
            known = whole.marks and is_inside(archive, whole.marks)
            marks = content(archive, whole.marks, path, LARGEST_FILE) if known else b""
            with archive.open(whole.path) as stream:
                lines = lines_of(limited(stream, LARGEST_FILE))
                for line, mark in zip(lines, chain(marks, repeat(48)), strict=False):
                    add((mark - 48) & 3, line)
    except OSError as error:
        raise CannotExamine(f"{path} cannot be read: {error.strerror or error}; what was read stays here") from error
    return whole.note
