"""Which distributions an interpreter has: read from the folders of its `sys.path`, without starting it."""

import os
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from checks.evidence import Installed

MOST_BYTES = 4 * 1024 * 1024  # of one metadata file
_DIST_INFO = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)\.dist-info\Z")
_EGG_INFO = re.compile(r"(?P<name>.+?)(?:-(?P<version>[^-]+?))?(?:-py\d[\d.]*)?\.egg-info\Z")
_REQUIRES = re.compile(r"^Requires-Dist: *(.+?)\r?$", re.MULTILINE)
_VERSION = re.compile(r"^Version: *(\S+)", re.MULTILINE)
_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w.-]+)['\"]")


def installed(
    sys_path: Sequence[str],
    needed: Collection[str] = (),
    requirements_of: Iterable[str] = (),
) -> Installed:
    """The distributions on `sys_path`, the first one of a name winning, as Python itself looks them up.

    `needed` are import names, dotted or not, whose providers are looked up. `requirements_of` are
    distributions (`name` or `name[extra]`): what these require, and what that requires in turn, becomes `requires`.
    """
    folders = _distributions(sys_path)
    tops = {name.split(".")[0] for name in needed}
    return Installed(
        distributions={name: version for name, (version, _) in folders.items()},
        providers=_providers(tops, folders),
        requires=_requires(requirements_of, folders),
    )


def _distributions(sys_path: Sequence[str]) -> dict[str, tuple[str, Path]]:
    """Normalised name to version and metadata folder (or file, for old eggs)."""
    found: dict[str, tuple[str, Path]] = {}
    for place in dict.fromkeys(sys_path):
        try:
            entries = [entry.name for entry in os.scandir(place or ".")]
        except OSError:
            continue  # zip files, folders that are not there
        for entry in sorted(entries):
            match = _DIST_INFO.match(entry) or _EGG_INFO.match(entry)
            if match is None:
                continue
            name = canonicalize_name(match["name"])
            if name not in found:
                info = Path(place, entry)
                found[name] = (match["version"] or _written_version(info), info)
    return found


def _written_version(info: Path) -> str:
    match = _VERSION.search(_read(info / "PKG-INFO") or _read(info))
    return match[1] if match else ""


def _read(path: Path) -> str:
    """A metadata file's text, empty when it is not there."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _providers(tops: Collection[str], folders: dict[str, tuple[str, Path]]) -> dict[str, tuple[str, ...]]:
    """Top-level import names to the distributions that install them, by `top_level.txt` or, without it, `RECORD`."""
    if not tops:
        return {}
    wanted = {
        top: re.compile(rf"^{re.escape(top)}(?:/|\.(?:py|so|pyd|\w+-[\w-]+\.so)\b)", re.MULTILINE) for top in tops
    }
    found: dict[str, list[str]] = {}
    for name, (_, info) in folders.items():
        top_level = _read(info / "top_level.txt").split()
        record = "" if top_level else _read(info / "RECORD")
        for top, pattern in wanted.items():
            if top in top_level or (record and top in record and pattern.search(record)):
                found.setdefault(top, []).append(name)
    return {top: tuple(names) for top, names in found.items()}


def _requires(names: Iterable[str], folders: dict[str, tuple[str, Path]]) -> dict[str, tuple[str, ...]]:
    """What distributions require, for all that can be reached from `names` (`name` or `name[extra]`)."""
    found: dict[str, tuple[str, ...]] = {}
    read: dict[str, dict[str, list[str]]] = {}
    pending = list(names)
    while pending:
        key = pending.pop()
        name, _, extra = key.partition("[")
        name = canonicalize_name(name)
        key = f"{name}[{canonicalize_name(extra[:-1])}]" if extra else name
        if key in found or name not in folders:
            continue
        if name not in read:
            read[name] = _requirements(name, folders[name][1])
        found[key] = tuple(dict.fromkeys(read[name].get(key, ())))
        pending += [name, *found[key]]
    return found


def _requirements(name: str, info: Path) -> dict[str, list[str]]:
    """Requirements of one distribution: `name` without an extra, `name[extra]` with it."""
    found: dict[str, list[str]] = {name: []}
    header = _read(info / "METADATA").replace("\r\n", "\n").split("\n\n", 1)[0]
    for line in _REQUIRES.findall(header):
        try:
            requirement = Requirement(line)
            wanted = _EXTRA.search(line.partition(";")[2])
            extra = wanted[1] if wanted else ""
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
        except (InvalidRequirement, UndefinedEnvironmentName):
            continue
        key = f"{name}[{canonicalize_name(extra)}]" if extra else name
        other = canonicalize_name(requirement.name)
        found.setdefault(key, []).append(other)
        found[key] += [f"{other}[{canonicalize_name(part)}]" for part in sorted(requirement.extras)]
    return found
