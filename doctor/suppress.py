"""What stays quiet, and what is graded anew, because a person said so.

Four ways: a setting that turns checks off (`select`, `ignore`, `severity = off`: they do not run), patterns of files
(`per-file-ignores`), a comment in the script (`doctor.inline`), and the baseline (`doctor.baseline`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from checks.check import Check
from checks.evidence import Log, Script
from checks.finding import Finding, Severity
from checks.registry import FAMILIES, checks_of_family, find_check, known_names
from doctor.baseline import Baseline, read_baseline
from doctor.errors import ConfigError
from doctor.inline import Ignore, ignores_in
from doctor.near import hint
from doctor.report import Suppressed
from doctor.settings import Settings


@dataclass(frozen=True)
class Suppression:
    """The decisions, with every name resolved to ids. `select` None means all checks."""

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    per_file: Mapping[str, frozenset[str]] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)
    baseline: Baseline = field(default_factory=Baseline)

    @classmethod
    def of(cls, settings: Settings, *, with_baseline: bool = True) -> "Suppression":
        """The decisions of some settings. Raises ConfigError for a name that no check, former id or family has.

        `with_baseline` is False when the baseline is about to be written for the first time.
        """
        families_first = sorted(settings.severity.items(), key=lambda item: item[0] not in FAMILIES)
        grades = {one: grade for name, grade in families_first for one in resolve([name], "severity")}
        read = settings.baseline is not None and with_baseline
        return cls(
            select=resolve(settings.select, "select") if settings.select else None,
            ignore=resolve(settings.ignore, "ignore") | {one for one, grade in grades.items() if grade == "off"},
            severity={one: Severity(grade) for one, grade in grades.items() if grade != "off"},
            per_file={
                pattern: resolve(names, f"per-file-ignores, {pattern}")
                for pattern, names in settings.per_file_ignores.items()
            },
            folder=settings.folder.absolute(),
            baseline=read_baseline(settings.baseline) if read and settings.baseline else Baseline(),
        )

    def selected(self, checks: Iterable[Check]) -> list[Check]:
        """The checks that are to run."""
        return [check for check in checks if self.wants(check.id)]

    def wants(self, id: str) -> bool:
        """True for a check that is to run."""
        return (self.select is None or id in self.select) and id not in self.ignore

    def split(
        self, findings: Iterable[Finding], target: Script | Log, helpers: Iterable[Script] = ()
    ) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
        """Findings that are to be told, graded as asked, and those that stay quiet, each with the reason.

        Comments count of a script and of its `helpers`, the modules of one's own that it imports.
        """
        path = target.path if isinstance(target, Script) else target.source
        scripts = (*((target,) if isinstance(target, Script) else ()), *helpers)
        comments = [(comment, one.path) for one in scripts for comment in ignores_in(one.text)]
        here = self._of_file(path)
        kept: list[Finding] = []
        quiet: list[Suppressed] = []
        for finding in findings:
            comment = next((one for one, where in comments if _covers(one, finding, where)), None)
            if comment is not None:
                quiet.append(Suppressed(finding=finding, how="inline", reason=comment.reason or None))
            elif finding.id in here:
                quiet.append(Suppressed(finding=finding, how="ignored", reason=f"per-file-ignores, {here[finding.id]}"))
            else:
                kept.append(self._graded(finding))
        new, old = self.baseline.split(kept, path) if self.baseline.counts else (kept, [])
        return tuple(new), (*quiet, *(Suppressed(finding=one, how="baseline") for one in old))

    def notes(self, script: Script) -> tuple[str, ...]:
        """What is wrong with the comments of a script that were meant to suppress something."""
        notes: list[str] = []
        for comment in ignores_in(script.text):
            place = f"{script.path}:{comment.line}: the doctor comment"
            if comment.problem:
                notes.append(f"{place} has no effect: {comment.problem}")
            notes += [
                f"{place} names `{name}`, which no check, former id or family is called{hint(name, known_names())}"
                for name in comment.names
                if not _is_known(name)
            ]
        return tuple(notes)

    def _graded(self, finding: Finding) -> Finding:
        grade = self.severity.get(finding.id)
        return msgspec.structs.replace(finding, severity=grade) if grade else finding

    def _of_file(self, path: str) -> dict[str, str]:
        """The ids that stay quiet in that file, and the pattern that says so."""
        if not self.per_file:
            return {}
        full = Path(path).absolute()
        names = {full.name, full.as_posix()}
        if full.is_relative_to(self.folder):
            names.add(full.relative_to(self.folder).as_posix())
        return {
            one: pattern
            for pattern, ids in self.per_file.items()
            if any(fnmatchcase(name, pattern) for name in names)
            for one in ids
        }


NOTHING_SUPPRESSED = Suppression()


def resolve(names: Iterable[str], where: str) -> frozenset[str]:
    """The ids that ids, former ids and families stand for. Raises ConfigError for any other name."""
    ids: set[str] = set()
    for name in names:
        if not _is_known(name):
            raise ConfigError(
                f"{where}: no check, former id or family is called `{name}`"
                f"{hint(name, known_names())}. `doctor checks` lists them all"
            )
        ids |= _ids(name)
    return frozenset(ids)


def _is_known(name: str) -> bool:
    return name.removesuffix(".*") in FAMILIES or find_check(name) is not None


def _ids(name: str) -> frozenset[str]:
    family = name.removesuffix(".*")
    if family in FAMILIES:
        return frozenset(check.id for check in checks_of_family(family))
    check = find_check(name)
    return frozenset({check.id} if check else ())


def _covers(comment: Ignore, finding: Finding, path: str) -> bool:
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    quote = next((q for q in finding.evidence if q.line and q.source.endswith(name)), None)
    line = quote.line if quote else None
    return comment.covers(line) and any(finding.id in _ids(name) for name in comment.names)
