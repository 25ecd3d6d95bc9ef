"""Requirement lines as pip reads them: a requirements file, or the `pip:` list of a conda file.

Plain lines (`name[extra]>=1,<2; marker`) need nothing but `packaging`. Whatever else pip allows, options, URLs, paths,
hashes, goes to `pip-requirements-parser`, which is pip's own code and is imported only then.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from checks.evidence import FileProblem, Requirement
from checks.text import lines_of

MOST_LINES = 5_000
MOST_FILES = 20  # included files
Read = Callable[[Path], str]

_COMMENT = re.compile(r"(^|\s+)#.*$")
_NAMED = re.compile(r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[\w.,\s-]*)\])?\s*")
_SINGLE_EQUALS = re.compile(_NAMED.pattern + r"=\s*(?P<version>[\w.*+!-]+)(?P<build>=[^\s;]*)?\s*(?:;.*)?\Z")
_EXACT = re.compile(r"===?\s*([^\s,*]+)\Z")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][\w.-]*)")
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)\Z", re.IGNORECASE)
_PYTHON_MARKER = re.compile(r"python_(?:full_)?version")
_LINUX = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
}


@dataclass
class PipLines:
    """Reads lines one after the other; `python` is the version that markers are judged for, None when unknown.

    `read` gives the text of an included file; it raises OSError or ValueError with a reason.
    """

    read: Read
    python: str | None = None
    requirements: list[Requirement] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    _constraints: list[Requirement] = field(default_factory=list)
    _included: set[Path] = field(default_factory=set)

    def take(self, lines: Iterable[tuple[int, str]], folder: Path) -> None:
        """Read logical lines with their line numbers; included paths are relative to `folder`."""
        for line, text in lines:
            self._take(line, text, folder, self.requirements)

    def constrained(self) -> tuple[Requirement, ...]:
        """All requirements, with the pins of constraint files where they have none of their own."""
        pins = {pin.name: pin for pin in self._constraints if pin.exact}
        return tuple(
            Requirement(
                name=r.name,
                specifier=pin.specifier,
                channel=r.channel,
                line=r.line,
                text=r.text,
                exact=pin.exact,
                extras=r.extras,
            )
            if (pin := pins.get(r.name)) and not r.specifier
            else r
            for r in self.requirements
        )

    def _take(self, line: int, text: str, folder: Path, into: list[Requirement]) -> None:
        try:
            plain = _plain(text)
            if plain is not None:
                if self._applies(plain.marker):
                    into.append(_described(plain, text, line))
                return
            if single := _SINGLE_EQUALS.match(text):
                into.append(_with_single_equals(single, text, line))
                return
            self._take_special(line, text, folder, into)
        except (ValueError, OSError) as error:
            self.problems.append(FileProblem(line=line, message=f"`{_short(text)}`: {_short(str(error), 160)}"))

    def _take_special(self, line: int, text: str, folder: Path, into: list[Requirement]) -> None:
        """Options, URLs and paths. Raises ValueError for what pip would refuse."""
        import pip_requirements_parser as pip

        try:
            words, options, _ = pip.get_line_parser()(text)
        except Exception as error:  # optparse and shlex, behind the parser's own classes
            raise ValueError(str(error) or "not understood") from error
        if options.requirements or options.constraints:
            for name in options.requirements or ():
                self._include(line, text, folder / name, into)
            for name in options.constraints or ():
                self._include(line, text, folder / name, self._constraints)
            return
        if options.editables:
            into.append(_unnamed(str(options.editables[0]), text, line))
            return
        if not words:
            return  # an option such as --index-url
        if _is_path(words):
            into.append(_unnamed(words, text, line))
            return
        try:
            parsed: Any = pip.build_install_req(words)
        except Exception as error:  # pip's own InstallationError, packaging's, and asserts
            raise ValueError(_reason(error)) from error
        if self._applies(parsed.marker):
            into.append(_described(parsed.req, text, line) if parsed.req else _unnamed(words, text, line))

    def _include(self, line: int, text: str, path: Path, into: list[Requirement]) -> None:
        if "://" in str(path) or ":/" in str(path).replace("\\", "/"):
            into.append(Requirement(name="", specifier="", channel="pip", line=line, text=text))
            return
        real = path.resolve()
        if real in self._included:
            return
        if len(self._included) >= MOST_FILES:
            raise ValueError(f"more than {MOST_FILES} included files")
        self._included.add(real)
        for _, inner in logical_lines(self.read(path)):
            self._take(line, inner, path.parent, into)

    def _applies(self, marker: Marker | None) -> bool:
        """False for what is not installed in a Linux image with this Python."""
        if marker is None:
            return True
        if self.python is None and _PYTHON_MARKER.search(str(marker)):
            return True
        version = self.python or "3"
        full = version if version.count(".") > 1 else f"{version}.0"
        return marker.evaluate({**_LINUX, "python_version": ".".join(full.split(".")[:2]), "python_full_version": full})


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, continued ones joined, empty ones left out; each with its first line number.

    Raises ValueError above MOST_LINES.
    """
    pieces: list[str] = []
    first = 1
    for number, raw in enumerate(lines_of(text.removeprefix("\ufeff")), start=1):
        if number > MOST_LINES:
            raise ValueError(f"more than {MOST_LINES} lines")
        line = raw.rstrip("\r\n")
        comment = line.lstrip().startswith("#")
        if not pieces:
            first = number
        if line.endswith("\\") and not comment:
            pieces.append(line.rstrip("\\"))
            continue
        pieces.append(f" {line}" if comment else line)
        if joined := _COMMENT.sub("", "".join(pieces)).strip():
            yield first, joined
        pieces = []
    if joined := _COMMENT.sub("", "".join(pieces)).strip():
        yield first, joined


def _plain(text: str) -> Pep508 | None:
    """The requirement of a plain line, None for every other."""
    if text.startswith("-") or " --" in text or "://" in text or "@" in text or _is_path(text.split(";")[0]):
        return None
    try:
        return Pep508(text)
    except InvalidRequirement:
        return None


def _is_path(words: str) -> bool:
    name = words.strip()
    return "://" not in name and (
        name.startswith((".", "/", "~", "file:")) or "/" in name or "\\" in name or bool(_ARCHIVE.search(name))
    )


def _described(requirement: Pep508, text: str, line: int) -> Requirement:
    written = _NAMED.match(text)
    specifier = str(requirement.specifier)
    if written and not requirement.url and written["name"] == requirement.name:
        specifier = re.split(r";|\s--", text[written.end() :])[0].strip().strip("()").strip()
    exact = _EXACT.match(specifier)
    found = _from_wheel(requirement.url) if requirement.url else None
    return Requirement(
        name=canonicalize_name(requirement.name),
        specifier=specifier if not requirement.url else "",
        channel="pip",
        line=line,
        text=text,
        exact=found[1] if found else exact[1] if exact else None,
        extras=tuple(sorted(requirement.extras)),
    )


def _with_single_equals(match: re.Match[str], text: str, line: int) -> Requirement:
    """`name=1.2`: conda's spelling, which pip refuses. What is meant is plain, so it is read as that."""
    extras = tuple(sorted(part.strip() for part in (match["extras"] or "").split(",") if part.strip()))
    return Requirement(
        name=canonicalize_name(match["name"]),
        specifier=f"={match['version']}{match['build'] or ''}",
        channel="pip",
        line=line,
        text=text,
        exact=match["version"] if "*" not in match["version"] else None,
        extras=extras,
    )


def _unnamed(target: str, text: str, line: int) -> Requirement:
    """A path or URL; its name is known for wheels and from `#egg=`."""
    egg = _EGG.search(target)
    wheel = _from_wheel(target)
    name = wheel[0] if wheel else egg[1] if egg else ""
    return Requirement(
        name=canonicalize_name(name) if name else "",
        specifier="",
        channel="pip",
        line=line,
        text=text,
        exact=wheel[1] if wheel else None,
    )


def _from_wheel(target: str) -> tuple[str, str] | None:
    """Name and version that a wheel's file name tells."""
    from urllib.parse import unquote

    file = unquote(target.split("#")[0].split("?")[0]).replace("\\", "/").rsplit("/", 1)[-1]
    if not file.lower().endswith(".whl"):
        return None
    try:
        name, version, _, _ = parse_wheel_filename(file)
    except InvalidWheelFilename:
        return None
    return name, str(version)


def _reason(error: Exception) -> str:
    """The parser's words without its multi-line drawing of the place."""
    return re.sub(r"^Invalid requirement:\s*:?\s*", "", str(error)).split("\n")[0] or "not a requirement"


def _short(text: str, limit: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 3]}..."
