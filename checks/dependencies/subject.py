"""What the checks of this family share: the environment file, places in it, and edits of it."""

import re
from collections.abc import Iterable

from checks.evidence import EnvironmentFile, Evidence, Installed, Missing, Probe, Requirement, SourceTree
from checks.finding import Edit, Quote
from checks.text import end_of, lines_of

SERVER = "azureml-inference-server-http"
_ITEM = re.compile(r"(?P<indent>[ \t]*)-(?P<gap>[ \t]+)(?P<quote>['\"]?)")


def environment_of(evidence: Evidence) -> EnvironmentFile:
    """The environment file. The engine runs a check only when what it needs is there, so it is."""
    assert isinstance(evidence.environment, EnvironmentFile), "declare needs=('environment',)"
    return evidence.environment


def file_name(environment: EnvironmentFile) -> str:
    """The name of the file alone, as titles show it."""
    return environment.path.replace("\\", "/").rsplit("/", 1)[-1]


def line_of(environment: EnvironmentFile, number: int) -> str:
    """One line of the file without its end, empty outside it."""
    lines = lines_of(environment.text)
    return lines[number - 1].rstrip("\r\n") if 1 <= number <= len(lines) else ""


def quote(environment: EnvironmentFile, at: Requirement | int) -> Quote:
    """A requirement, or a line, as evidence."""
    number = at if isinstance(at, int) else at.line
    text = line_of(environment, number).strip()
    if isinstance(at, Requirement) and at.text not in text:
        text = f"{text} (asks for {at.text})"
    return Quote(source=environment.path, line=number, text=text[:200])


def place(environment: EnvironmentFile, requirement: Requirement) -> tuple[int, int] | None:
    """Line and column where a requirement's text begins; None when it stands in an included file or over lines."""
    line = line_of(environment, requirement.line)
    column = line.find(requirement.text)
    if column < 0 or not can_edit(environment) or line.count(requirement.text) > 1:
        return None
    return requirement.line, column


def can_edit(environment: EnvironmentFile) -> bool:
    """False for files whose bytes an edit could not keep."""
    return environment.encoding == "utf-8" and "\ufffd" not in environment.text


def rewrite(environment: EnvironmentFile, requirement: Requirement, text: str) -> tuple[Edit, ...]:
    """The edit that puts `text` in the place of a requirement's; none where that place is not in this file."""
    at = place(environment, requirement)
    if at is None:
        return ()
    line, column = at
    return (_edit(environment, line, column, line, column + len(requirement.text), text),)


def without(environment: EnvironmentFile, requirement: Requirement) -> tuple[Edit, ...]:
    """The edit that takes out a requirement with its whole line."""
    at = place(environment, requirement)
    if at is None:
        return ()
    line, column = at
    before, after = line_of(environment, line)[:column], line_of(environment, line)[column + len(requirement.text) :]
    alone = re.fullmatch(r"\s*(?:-\s+)?['\"]?", before) and re.fullmatch(r"['\"]?\s*(?:#.*)?", after)
    return (_edit(environment, line, 0, line + 1, 0, ""),) if alone else ()


def add_to_pip(environment: EnvironmentFile, *items: str) -> tuple[Edit, ...]:
    """The edit that appends lines for pip, indented like their neighbours; none where the file's form is unusual."""
    if not can_edit(environment):
        return ()
    lines = lines_of(environment.text)
    if environment.kind == "requirements":
        return (_insert(environment, len(lines) + 1, list(items)),)
    if last := _last(environment, "pip"):
        return (_insert(environment, last[0] + 1, [f"{last[1]}- {item}" for item in items]),)
    if last := _last(environment, "conda"):
        number, indent = last
        if any(re.match(r"\s*-\s*pip\s*:", line) for line in lines):
            return ()
        listed = any(r.name == "pip" for r in environment.requirements)
        new = [*([] if listed else [f"{indent}- pip"]), f"{indent}- pip:", *(f"{indent}    - {item}" for item in items)]
        return (_insert(environment, number + 1, new),)
    return ()


def _last(environment: EnvironmentFile, channel: str) -> tuple[int, str] | None:
    """Line and indentation of the last item of one list that stands in this file as `- item`."""
    for requirement in reversed(environment.requirements):
        item = _ITEM.match(line_of(environment, requirement.line))
        if requirement.channel == channel and place(environment, requirement) and item:
            return requirement.line, item["indent"]
    return None


def _insert(environment: EnvironmentFile, line: int, new: list[str]) -> Edit:
    """The edit that puts whole lines before a line; past the end they follow the last one."""
    lines = lines_of(environment.text)
    text = "".join(f"{item}\n" for item in new)
    if line > len(lines) and lines and not end_of(lines[-1]):
        text = f"\n{text}"
    return _edit(environment, line, 0, line, 0, text)


def _edit(
    environment: EnvironmentFile, line: int, column: int, end_line: int, end_column: int, replacement: str
) -> Edit:
    return Edit(
        path=environment.path,
        start_line=line,
        start_column=column,
        end_line=end_line,
        end_column=end_column,
        replacement=replacement,
    )


def python_of(environment: EnvironmentFile) -> tuple[int, int] | None:
    """Major and minor version of the Python that the file pins, None when it leaves that open."""
    match = re.match(r"(\d+)\.(\d+)", environment.python or "")
    return (int(match[1]), int(match[2])) if match else None


def pinned(evidence: Evidence, distribution: str) -> str:
    """How to ask for a distribution: with the version that the probe's interpreter has, where that fits."""
    from packaging.utils import canonicalize_name

    environment, installed, probe = evidence.environment, evidence.installed, evidence.probe
    if not isinstance(installed, Installed) or not isinstance(environment, EnvironmentFile):
        return distribution
    version = installed.distributions.get(canonicalize_name(distribution))
    wanted = python_of(environment)
    same = wanted is None or (isinstance(probe, Probe) and probe.python.startswith(f"{wanted[0]}.{wanted[1]}."))
    return f"{distribution}=={version}" if version and same else distribution


def is_batch(evidence: Evidence) -> bool:
    """True when the script is a batch entry script, which another driver than the server runs."""
    from checks.entry_script.module import parse
    from checks.evidence import Script

    return isinstance(evidence.script, Script) and parse(evidence.script.text).is_batch


def has_own_dockerfile(source: SourceTree | Missing) -> bool:
    """True when a Dockerfile lies beside the script: the environment file is then only a part of the image."""
    return isinstance(source, SourceTree) and any("dockerfile" in file.lower() for file in source.files)


def names_of(requirements: Iterable[Requirement]) -> list[str]:
    """Names in the order of the file, each once."""
    return list(dict.fromkeys(r.name for r in requirements if r.name))
