"""As whom the service runs, and what the mode of a file lets that user do.

Source: path_resolution(7), "Permissions"; capabilities(7), CAP_DAC_OVERRIDE.
"""

import posixpath
import re
from dataclasses import dataclass
from typing import Literal

from checks.container.places import Places
from checks.containers import Container, FileInside, Image, Inside
from checks.evidence import Missing

KNOWN = {"root": 0, "daemon": 1, "www-data": 33, "nobody": 65534}
_NUMBERS = re.compile(r"uid=(?P<uid>\d+)(?:.*?gid=(?P<gid>\d+))?")
Use = Literal["read", "write", "enter"]
_BITS = {"read": 4, "write": 2, "enter": 1}


@dataclass(frozen=True)
class User:
    """The user of the service; `uid` and `gid` are None where only a name is known."""

    shown: str
    uid: int | None
    gid: int | None
    override: bool
    groups: tuple[int, ...] = ()

    @property
    def is_root(self) -> bool:
        """True when no mode stops it."""
        return self.uid == 0 and self.override

    @property
    def owner(self) -> str:
        """What `chown` is given."""
        return f"{self.uid if self.uid is not None else self.shown}:{self.gid if self.gid is not None else 0}"


def user_of(container: Container, inside: Inside | Missing) -> User:
    """The user of the service: what was seen inside, else what container and image say."""
    override = not {"ALL", "CAP_ALL", "DAC_OVERRIDE", "CAP_DAC_OVERRIDE"} & set(container.limits.dropped_capabilities)
    image = container.image.user if isinstance(container.image, Image) else ""
    said = container.user or image or "0"
    name, _, group = said.partition(":")
    uid = int(name) if name.isdigit() else KNOWN.get(name)
    gid = int(group) if group.isdigit() else KNOWN.get(group) if group else 0 if name.isdigit() else None
    if isinstance(inside, Inside) and inside.uid is not None:
        first = inside.groups[0] if inside.groups else gid
        return User(shown=_shown(name), uid=inside.uid, gid=first, override=override, groups=inside.groups)
    seen = inside.user if isinstance(inside, Inside) else None
    if seen and (numbers := _NUMBERS.search(seen)):
        uid = int(numbers["uid"])
        gid = int(numbers["gid"]) if numbers["gid"] else gid
    elif seen and seen.split(":")[0].isdigit() and uid is None:
        uid = int(seen.split(":")[0])
    elif uid is None and isinstance(inside, Inside) and not isinstance(inside.processes, Missing):
        owners = {process.uid for process in inside.processes if process.uid}
        uid = owners.pop() if len(owners) == 1 else None
    return User(shown=_shown(name), uid=uid, gid=gid, override=override)


def _shown(name: str) -> str:
    return "root" if name == "0" else name


def may(user: User, file: FileInside, use: Use) -> bool | None:
    """What the mode says; None when it cannot be told whose the file is."""
    if user.is_root:
        return True
    bit = _BITS[use]
    if user.uid is None:
        return True if file.mode & bit else None
    if file.uid == user.uid:
        return bool(file.mode >> 6 & bit)
    if file.gid in {user.gid, *user.groups}:
        return bool(file.mode >> 3 & bit)
    return bool(file.mode & bit)


def obstacle(user: User, places: Places, path: str, use: Use) -> tuple[str, FileInside, Use] | None:
    """The first folder or file on the way to a path that refuses the user; None when none that was seen does.

    What does not exist yet is created in the nearest folder above that does.
    """
    parts = [part for part in path.split("/") if part]
    ways = ["/" + "/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    known = [way for way in ways if way in places.files]
    for way in known:
        file = places.files[way]
        last = way == path
        if file.kind == "folder" and not last and may(user, file, "enter") is False:
            return way, file, "enter"
    if path in places.files:
        file = places.files[path]
        return (path, file, use) if may(user, file, use) is False else None
    parent = posixpath.dirname(path)
    while parent != "/" and parent not in places.files:
        parent = posixpath.dirname(parent)
    if parent in places.files and use == "write" and may(user, places.files[parent], "write") is False:
        return parent, places.files[parent], "write"
    return None


def described(path: str, file: FileInside) -> str:
    """Kind, owner and mode in words: `/srv/x: folder of 0:0, mode 755`."""
    return f"{path}: {file.kind} of {file.uid}:{file.gid}, mode {file.mode & 0o7777:o}"
