"""Environment files for the cases of this family: text and records built together.

The records are what the collector makes of the text; a test holds the two together.
"""

import re

from packaging.utils import canonicalize_name

from checks.cases import script
from checks.evidence import EnvironmentFile, Evidence, FileProblem, Requirement

SERVE = "import json\n\ndef init(): ...\ndef run(data): return json.loads(data)\n"
_PARTS = re.compile(r"(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)(?:\[([\w,.-]*)\])?\s*(.*)\Z")


def conda(*items: str, pip: tuple[str, ...] = (), problems: tuple[FileProblem, ...] = ()) -> EnvironmentFile:
    """A conda file with these dependencies and this pip list."""
    lines = ["name: example", "channels:", "  - conda-forge", "dependencies:"]
    found: list[Requirement] = []
    for item in items:
        lines.append(f"  - {item}")
        found.append(_requirement(item, len(lines), "conda"))
    if pip:
        lines.append("  - pip:")
    for item in pip:
        lines.append(f"      - {item}")
        found.append(_requirement(item, len(lines), "pip"))
    python = next((r.specifier.strip("=* .") for r in found if r.name == "python" and r.specifier[:1] == "="), None)
    return EnvironmentFile(
        path="conda.yml",
        kind="conda",
        requirements=tuple(found),
        python=python,
        problems=problems,
        text="\n".join(lines) + "\n",
    )


def requirements(*items: str, problems: tuple[FileProblem, ...] = ()) -> EnvironmentFile:
    """A requirements file with these lines."""
    found = tuple(_requirement(item, number, "pip") for number, item in enumerate(items, start=1))
    return EnvironmentFile(
        path="requirements.txt",
        kind="requirements",
        requirements=found,
        problems=problems,
        text="".join(f"{item}\n" for item in items),
    )


def beside(environment: EnvironmentFile, text: str = SERVE, files: tuple[str, ...] = (), **more: object) -> Evidence:
    """Evidence of a script with an environment file beside it."""
    return script(text, beside=(environment.path, *files)).replace(environment=environment, **more)


def _requirement(item: str, line: int, channel: str) -> Requirement:
    parts = _PARTS.match(item)
    assert parts, item
    specifier = "" if "@" in item else parts[3].split(";")[0].strip()
    exact = re.fullmatch(r"={2,3}([^\s,*=]+)", specifier)
    if channel == "conda":
        exact = exact or re.fullmatch(r"=(\d+\.\d+\.\d+[\w.]*?)(?:=.*)?", specifier) or _built(specifier)
    else:
        exact = exact or re.fullmatch(r"=([^\s,*=]+)", specifier)
    return Requirement(
        name=canonicalize_name(parts[1]),
        specifier=specifier,
        channel="conda" if channel == "conda" else "pip",
        line=line,
        text=item,
        exact=exact[1] if exact else None,
        extras=tuple(sorted((parts[2] or "").split(","))) if parts[2] else (),
    )


def _built(specifier: str) -> "re.Match[str] | None":
    """A version with a build string names one version, however short."""
    return re.fullmatch(r"=([\d.]+)=\S+", specifier)
