"""Whether the exception of a log came from writing: a folder that is not there, and no file that is missing."""

import posixpath
from collections.abc import Mapping

from checks.logs.place import Place, Reader
from checks.writes import line_writes, stack_writes

Fields = Mapping[str, str]


def unwritten(place: Place, fields: Fields) -> Fields | None:
    """The file and its folder, where the frames show that it was to be made; None for a file to be read."""
    if place.block is None or not place.block.frames:
        return None
    own, inner = place.block.own_frame, place.block.frames[-1]
    if not (
        any(stack_writes(frame.path, frame.function) for frame in place.block.frames)
        or line_writes(inner.code)
        or (own is not None and line_writes(own.code))
    ):
        return None
    path = fields["path"].replace("\\", "/").rstrip("/")
    if "non-existent directory" in place.lines[place.position].text:  # pandas names the folder alone
        return {"file": "a file", "folder": path}
    return {"file": f"`{posixpath.basename(path)}`", "folder": posixpath.dirname(path) or "the working directory"}


READERS: dict[str, Reader] = {"unwritten": unwritten}
"""Readers by the name that signatures use."""
