"""The environment file beside the script, or the one that the person names: what it asks for, line by line."""

import codecs
import re
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec

from checks.evidence import EnvironmentFile, FileProblem, Installed, Missing, ModelFolder
from doctor.collectors.pip_lines import PipLines, logical_lines

LARGEST_YAML = 256 * 1024  # bytes
LARGEST_REQUIREMENTS = 1024 * 1024  # bytes
CONDA_NAMES = tuple(
    f"{stem}.{suffix}"
    for stem in ("conda", "environment", "conda_dependencies", "conda_env", "conda-env", "env", "myenv")
    for suffix in ("yml", "yaml")
)
_CONDA_LIKE = re.compile(r"[\w.-]*(?:conda|env)[\w.-]*\.ya?ml\Z", re.IGNORECASE)
_MLFLOW = re.compile(r"python_env\.ya?ml\Z")
_ELSEWHERE = re.compile(rb"^\s*conda_file\s*:\s*['\"]?(?:\./)?([^\s'\"#]+)", re.MULTILINE)
_FOLDERS = ("environment", "env", "conda")
_HAS_PACKAGES = re.compile(rb"^\s*(?:dependencies|conda_file)\s*:", re.MULTILINE)
_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TEXT_SUFFIXES = frozenset({".txt", ".in", ".pip"})


def collect_environment(
    path: Path | None, beside: Path, overlay: Mapping[str, str] | None = None
) -> EnvironmentFile | Missing:
    """Read the environment file at `path`, or the one that lies beside the script in the folder `beside`.

    `overlay` gives other texts for some files: by path, or by name relative to `beside`. Problems inside the file are
    part of the answer; a file that is not there, too large, or of another kind is Missing.
    """
    folder = beside.parent if beside.is_file() else beside
    if path is not None:
        return _Reader(folder, overlay or {}).collect(path)
    found = find_environments(folder)
    if len(found) == 1:
        return _Reader(folder, overlay or {}).collect(found[0])
    if not found:
        return Missing(
            reason="no conda or requirements file lies beside the script (looked for conda.yml, environment.yml, "
            "requirements.txt and the like); name it with --env FILE"
        )
    names = ", ".join(file.name for file in found[:5])
    return Missing(reason=f"{found[0].parent} holds several environment files ({names}); name the one with --env FILE")


def find_environments(folder: Path) -> list[Path]:
    """The environment files that belong to a script: those of the first place that has any, conda files before others.

    Looks into the folder, its sub-folders `environment`, `env` and `conda`, and those of its parent. More than one
    conda file in a place means that nobody can tell here which one is used.
    """
    places = [folder, *(folder / name for name in _FOLDERS), *(folder.parent / name for name in _FOLDERS)]
    for place in places:
        try:
            names = {entry.name for entry in place.iterdir()} if place.is_dir() else set()
        except OSError:
            continue
        likely = [name for name in CONDA_NAMES if name in names]
        likely += sorted(n for n in names if _CONDA_LIKE.match(n) and not _MLFLOW.match(n) and n not in likely)
        heads = {name: head for name in likely if _HAS_PACKAGES.search(head := _head(place / name))}
        named = {match[1].decode("utf-8", "replace") for head in heads.values() for match in _ELSEWHERE.finditer(head)}
        if found := [place / name for name in heads if name not in named]:
            return found
        if "requirements.txt" in names and (place / "requirements.txt").is_file():
            return [place / "requirements.txt"]
    return []


def _head(path: Path) -> bytes:
    """What a file begins with, UTF-16 taken for what it means; empty for what cannot be read."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            head = file.read(LARGEST_YAML)
    except OSError:
        return b""
    return head.decode("utf-16", "replace").encode() if head.startswith(_BOMS) else head


class _Reader:
    """Reads files of one environment, within bounds."""

    def __init__(self, folder: Path, overlay: Mapping[str, str]) -> None:
        self.folder = folder
        self.overlay = overlay

    def collect(self, path: Path, image: str | None = None) -> EnvironmentFile | Missing:
        yaml = path.suffix.lower() in {".yml", ".yaml"}
        try:
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                inside = find_environments(path)
                if len(inside) == 1:
                    return self.collect(inside[0])
                count = "several environment files" if inside else "no conda or requirements file"
                return Missing(reason=f"{path} is a folder that holds {count}; give the path of the file")
            if not stat.S_ISREG(mode):
                return Missing(reason=f"{path} is no regular file")
            text, encoding, problem = self._text(path, LARGEST_YAML if yaml else LARGEST_REQUIREMENTS)
        except OSError as error:
            return Missing(reason=f"{path} cannot be read: {error.strerror or error}")
        except ValueError as error:
            return Missing(reason=str(error))
        if yaml or (path.suffix.lower() not in _TEXT_SUFFIXES and _HAS_PACKAGES.search(text.encode())):
            return self._conda(path, text, encoding, problem, image)
        if path.suffix.lower() in {".toml", ".json", ".lock", ".py", ".cfg"} or path.name == "Pipfile":
            return Missing(reason=f"{path} is neither a conda nor a requirements file")
        return self._requirements(path, text, encoding, problem)

    def _text(self, path: Path, largest: int) -> tuple[str, str, FileProblem | None]:
        """Text, encoding, and what is wrong with the encoding. Raises OSError, and ValueError for a large file."""
        for key in (str(path), _relative(path, self.folder)):
            if key in self.overlay:
                return self.overlay[key], "utf-8", None
        size = path.stat().st_size
        if size > largest:
            raise ValueError(f"{path} has {size / 1e6:.1f} MB, too much for a list of packages; it was not read")
        return decode(path.read_bytes())

    def _included(self, path: Path) -> str:
        """The text of an included file. Raises OSError or ValueError with a reason to show."""
        try:
            if path.exists() and not path.is_file():
                raise ValueError(f"{path} is no regular file")
            return self._text(path, LARGEST_REQUIREMENTS)[0]
        except FileNotFoundError as error:
            raise ValueError(f"{path} is not there") from error

    def _requirements(self, path: Path, text: str, encoding: str, problem: FileProblem | None) -> EnvironmentFile:
        lines = PipLines(read=self._included)
        if problem and not encoding.startswith("utf-16"):  # pip reads UTF-16 with its mark
            lines.problems.append(problem)
        try:
            lines.take(logical_lines(text), path.parent)
        except ValueError as error:
            lines.problems.append(FileProblem(line=None, message=str(error)))
        return EnvironmentFile(
            path=str(path),
            kind="requirements",
            requirements=lines.constrained(),
            problems=tuple(lines.problems),
            text=text,
            encoding=encoding,
        )

    def _conda(
        self, path: Path, text: str, encoding: str, problem: FileProblem | None, image: str | None
    ) -> EnvironmentFile | Missing:
        from doctor.collectors.conda_file import CondaFile, read_conda

        conda: CondaFile = read_conda(text)
        if conda.elsewhere is not None and image is None:
            found = self.collect(path.parent / conda.elsewhere, image=conda.image or "")
            if isinstance(found, EnvironmentFile):
                return found
            message = f"`conda_file: {conda.elsewhere}`: {found.reason}"
            conda.problems.append(FileProblem(line=conda.elsewhere_line, message=message))
        if conda.foreign:
            return Missing(reason=f"{path} {conda.foreign}")
        lines = PipLines(read=self._included, python=conda.python)
        lines.take(conda.pip, path.parent)
        everything = sorted((*conda.requirements, *lines.constrained()), key=lambda r: r.line)
        problems = [*([problem] if problem else []), *conda.problems, *lines.problems]
        return EnvironmentFile(
            path=str(path),
            kind="conda",
            requirements=tuple(everything),
            python=conda.python,
            problems=tuple(sorted(problems, key=lambda p: p.line or 0)),
            text=text,
            encoding=encoding,
            image=image or conda.image,
        )


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def decode(content: bytes) -> tuple[str, str, FileProblem | None]:
    """Text, encoding, and a problem: conda, pip and Azure ML read UTF-8. Bytes that are none become U+FFFD."""
    for bom in _BOMS:
        if content.startswith(bom):
            encoding = "utf-32" if len(bom) == 4 else "utf-16"
            problem = FileProblem(line=None, message=f"the file is saved as {encoding.upper()}; tools read UTF-8")
            return content.decode(encoding, errors="replace"), encoding, problem
    try:
        return content.decode("utf-8"), "utf-8", None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{content[error.start]:02x} is no UTF-8; pip and conda stop here with a UnicodeDecodeError"
        return content.decode("utf-8", errors="replace"), "utf-8", FileProblem(line=line, message=message)


def asked_for(environment: EnvironmentFile | Missing) -> tuple[str, ...]:
    """Distributions whose requirements only the interpreter can tell: listed (`name`, `name[extra]`), in no table."""
    from checks.dependencies.names import is_common, pip_name

    if isinstance(environment, Missing):
        return ()
    named = [(name, r.extras) for r in environment.requirements if (name := pip_name(r))]
    extras = [f"{name}[{extra}]" for name, some in named for extra in some]
    return tuple(dict.fromkeys([*(name for name, _ in named if not is_common(name)), *extras]))


def hold_against(
    environment: EnvironmentFile, models: ModelFolder | Missing, installed: Installed | Missing
) -> EnvironmentFile:
    """The environment with, for every requirement, which of the versions seen elsewhere its specifier admits.

    Those versions are what the model files recorded and what the probe's interpreter has.
    """
    from checks.dependencies.names import pip_name
    from doctor.collectors.conda_specs import admits

    seen: dict[str, set[str]] = {}
    for file in models.files if isinstance(models, ModelFolder) else ():
        for name, version in file.versions.items():
            seen.setdefault(name, set()).add(version)
    for name, version in installed.distributions.items() if isinstance(installed, Installed) else ():
        seen.setdefault(name, set()).add(version)
    return msgspec.structs.replace(
        environment,
        requirements=tuple(
            msgspec.structs.replace(
                r, admits={version: admits(r, version) for version in sorted(seen.get(pip_name(r), ()))}
            )
            for r in environment.requirements
        ),
    )
