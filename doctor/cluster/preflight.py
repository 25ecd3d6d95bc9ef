"""Preflight of manifests: what can be known of a deployment before a cluster sees it."""

import contextlib
import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import msgspec

from checks.check import Check
from checks.cluster.quantities import size
from checks.cluster.subject import Workload
from checks.edits import by_path
from checks.evidence import Evidence, Missing, Probe, Script
from checks.finding import Finding, Fix
from checks.kubernetes.specs import speaks_of
from checks.outcome import Found, Outcome, run_check
from checks.rank import rank
from checks.registry import checks_of_family, checks_of_kind
from doctor import __version__
from doctor.cluster.manifest_file import ManifestFile, Written
from doctor.cluster.manifests import Collected, collect, read
from doctor.cluster.placing import Places
from doctor.cluster.schema import Version, version_of
from doctor.cluster.scripts_inside import scripts_inside
from doctor.engine import Options, examine
from doctor.errors import CannotExamine, ConfigError
from doctor.fixing import changed_texts, diff, safe_edits, write
from doctor.judging import confirmed
from doctor.report import SCHEMA, Report, Suppressed, Timings, Verdict, summarise
from doctor.suppress import Suppression

Listen = Callable[[str], None]


SCRIPT = "score.py"
MOST_ROUNDS = 10  # of fixing: a file shows its next mistakes when the first are gone
OF_A_WORKLOAD = frozenset({"kubernetes.selector-mismatch", "kubernetes.target-port-wrong"})
"""What nobody can say of a service whose workload is in another file."""
NOT_RUN = "only files were read: that the service starts and answers is not shown"


@dataclass(frozen=True)
class Preflight:
    """The reports of some manifests, and the files that they rest on."""

    paths: tuple[Path, ...]
    reports: list[Report]
    files: dict[str, ManifestFile]

    def changes(self) -> dict[str, tuple[str, str]]:
        """The text of each file that safe fixes change, before and after."""
        texts = {path: file.text for path, file in self.files.items()}
        return changed_texts(texts, safe_edits(finding for report in self.reports for finding in report.findings))

    def preview(self) -> str:
        """The diff that `apply` would make; empty when there is nothing safe to change."""
        return diff(self.changes())

    def apply(self) -> int:
        """Write the safe fixes, and return how many edits that were. Raises CannotExamine where a file changed."""
        edits = safe_edits(finding for report in self.reports for finding in report.findings)
        changes = self.changes()
        for path, (before, after) in changes.items():
            write(Path(path), before, after, self.files[path].encoding)
        return sum(len(set(edits[path])) for path in changes)

    def of_files(self) -> list[Report]:
        """The reports once for each file that their findings stand in, by which a baseline is read and written."""
        split: list[Report] = []
        for report in self.reports:
            before = [one.finding for one in report.suppressions if one.how == "baseline"]
            for path in dict.fromkeys(_file_of(one, report.target.name) for one in (*report.findings, *before)):
                kept = tuple(one for one in report.findings if _file_of(one, report.target.name) == path)
                quiet = tuple(one for one in report.suppressions if _file_of(one.finding, report.target.name) == path)
                target = msgspec.structs.replace(report.target, name=path)
                split.append(msgspec.structs.replace(report, target=target, findings=kept, suppressions=quiet))
        return split


def check_manifests(
    paths: Sequence[Path],
    *,
    version: str | None = None,
    suppression: Suppression | None = None,
    listen: Listen = lambda _: None,
) -> list[Report]:
    """Check manifests, one report for each workload. `version` (`1.20`) names the Kubernetes whose schema counts.

    Raises CannotExamine for what cannot be read, ConfigError for a version that is not known.
    """
    return examine_manifests(paths, version=version, suppression=suppression, listen=listen).reports


def examine_manifests(
    paths: Sequence[Path],
    *,
    version: str | None = None,
    suppression: Suppression | None = None,
    rehearsed: Mapping[Path, Evidence] = MappingProxyType({}),
    listen: Listen = lambda _: None,
) -> Preflight:
    """The same, with what fixes need. `rehearsed` is what a rehearsal showed of the entry script of a folder (an
    absolute path): its time and memory are held against the manifests there and below.
    """
    wanted = version_of(version)
    began = time.perf_counter()
    listen("reading manifests")
    collected = collect(paths, wanted)
    reports = []
    alone = sum(isinstance(one.evidence.workload, Workload) for one in collected) == 1
    for one in collected:
        reports.append(_judged(one, paths, wanted, suppression or Suppression(), rehearsed, began, alone=alone))
        began = time.perf_counter()
    return Preflight(tuple(paths), reports, dict(_files(collected)))


def readable(paths: Sequence[Path]) -> tuple[list[Path], list[tuple[Path, CannotExamine]]]:
    """The manifests that can be read, and the others, each with the reason."""
    good: list[Path] = []
    refused: list[tuple[Path, CannotExamine]] = []
    for path in paths:
        try:
            read(path)
            good.append(path)
        except CannotExamine as error:
            refused.append((path, error))
    return good, refused


def checked(
    paths: Sequence[Path],
    *,
    version: str | None,
    options: Options,
    rehearsed: Mapping[Path, Evidence],
    fix: bool,
    listen: Listen,
) -> tuple[Preflight, int]:
    """Examine manifests as `doctor check` does, and return how many safe edits were made when asked to `fix`.

    An entry script that lies beside a manifest and was not examined is rehearsed, unless nothing may be run.
    """
    rehearsed = {**_beside(paths, options, rehearsed, listen), **rehearsed}
    made = 0
    for _ in range(MOST_ROUNDS):
        found = examine_manifests(
            paths, version=version, suppression=options.suppression, rehearsed=rehearsed, listen=listen
        )
        if not fix or not found.changes():
            break
        made += found.apply()
    return found, made


def _beside(
    paths: Sequence[Path], options: Options, known: Mapping[Path, Evidence], listen: Listen
) -> dict[Path, Evidence]:
    """Rehearsals of the scripts beside manifests. One that cannot be rehearsed says nothing here."""
    folders = dict.fromkeys(path.absolute().parent for path in paths)
    found: dict[Path, Evidence] = {}
    for folder in folders:
        script = folder / SCRIPT
        if options.run and folder not in known and script.is_file():
            with contextlib.suppress(CannotExamine, ConfigError):
                seen = examine(script, replace(options, verify=False), listen).evidence
                found |= {folder: seen} if isinstance(seen.probe, Probe) else {}
    return found


def _files(collected: Iterable[Collected]) -> Iterator[tuple[str, ManifestFile]]:
    for one in collected:
        yield one.file.path, one.file
        yield from ((written.file.path, written.file) for written in one.objects)


def _judged(
    one: Collected,
    paths: Sequence[Path],
    version: Version,
    suppression: Suppression,
    rehearsed: Mapping[Path, Evidence],
    began: float,
    *,
    alone: bool,
) -> Report:
    folders = Path(one.file.path).absolute().parents
    service = next((rehearsed[folder] for folder in folders if folder in rehearsed), None)
    evidence = one.evidence
    if service is not None and _serves(evidence, service, alone=alone):
        evidence = evidence.replace(script=service.script, probe=service.probe)
    collected = time.perf_counter()
    checks = suppression.selected(checks_of_kind("manifest"))
    outcomes = tuple(
        run_check(check, evidence)
        for check in checks
        if _can_tell(check, evidence) and not (one.lonely and check.id in OF_A_WORKLOAD)
    )
    places, files = Places(one.objects, one.meant), dict(_files([one]))
    main = next((o for o in one.objects if o.file is one.file and _is_about(o, evidence)), None)
    found = [
        _drawn(places.placed(finding, main), files)
        for outcome in outcomes
        if isinstance(outcome, Found)
        for finding in outcome.findings
    ]
    if isinstance(evidence.script, Missing):
        of_scripts, told = _of_scripts(one, suppression)
        outcomes, found = (*outcomes, *of_scripts), [*found, *told]
    kept, suppressed = _split(found, one, suppression)
    ranking = rank(kept)
    words = ["doctor", "check", *map(str, paths)] + (["--kubernetes-version", version.shown] if version.named else [])
    return Report(
        schema=SCHEMA,
        version=__version__,
        target=evidence.target,
        verdict=Verdict.FAILING if ranking.causes else Verdict.INCONCLUSIVE,
        causes=tuple(confirmed(finding, shlex.join(words)) for finding in ranking.causes),
        findings=tuple(confirmed(finding, shlex.join(words)) for finding in ranking.findings),
        checks=summarise(outcomes),
        timings=Timings(collect=round(collected - began, 4), check=round(time.perf_counter() - collected, 4)),
        notes=_notes(evidence, version),
        suppressed=len(suppressed),
        suppressions=suppressed,
    )


def _of_scripts(one: Collected, suppression: Suppression) -> tuple[tuple[Outcome, ...], list[Finding]]:
    """What reading shows of the entry script that a config map of the files holds."""
    outcomes: list[Outcome] = []
    told: list[Finding] = []
    for inside in scripts_inside(one.evidence.workload, one.objects)[:1]:
        evidence = Evidence(target=one.evidence.target, script=inside.script)
        for check in suppression.selected(checks_of_family("entry-script")):
            if _can_tell(check, evidence):
                outcome = run_check(check, evidence)
                outcomes.append(outcome)
                told += [inside.told(finding) for finding in outcome.findings] if isinstance(outcome, Found) else []
    return tuple(outcomes), told


def _can_tell(check: Check, evidence: Evidence) -> bool:
    """False for checks of a rehearsal where there was none, and of a workload where the file holds none."""
    return not any(evidence.missing(need) for need in check.needs)


def _serves(evidence: Evidence, service: Evidence, *, alone: bool) -> bool:
    """True when a workload surely runs the script that was rehearsed: it is the only one, or speaks of it."""
    workload, script = evidence.workload, service.script
    if isinstance(workload, Missing) or isinstance(script, Missing):
        return False
    own = workload.spec.containers if workload.spec else ()
    return alone or any(speaks_of(one, script.name) for one in own)


def _is_about(one: Written, evidence: Evidence) -> bool:
    workload = evidence.workload
    return isinstance(workload, Missing) or (one.kind, one.name) == (workload.kind, workload.name)


def _split(
    found: Sequence[Finding], one: Collected, suppression: Suppression
) -> tuple[list[Finding], tuple[Suppressed, ...]]:
    """What is told, and what stays quiet because a setting, a comment of its file or the baseline says so."""
    files = dict(_files([one]))
    kept: list[Finding] = []
    quiet: list[Suppressed] = []
    for path in dict.fromkeys(_file_of(finding, one.file.path) for finding in found):
        mine = [finding for finding in found if _file_of(finding, one.file.path) == path]
        new, old = suppression.split(mine, Script(path=path, text=files[path].text if path in files else ""))
        kept += new
        quiet += old
    return kept, tuple(quiet)


def _file_of(finding: Finding, otherwise: str) -> str:
    return next((quote.source for quote in finding.evidence if quote.line), otherwise)


def _drawn(finding: Finding, files: Mapping[str, ManifestFile]) -> Finding:
    """The finding with the diff of every fix that has edits; lines with secrets do not show what they hold."""
    fixes = tuple(_with_diff(fix, files) if fix.edits else fix for fix in finding.fixes)
    return msgspec.structs.replace(finding, fixes=fixes)


def _with_diff(fix: Fix, files: Mapping[str, ManifestFile]) -> Fix:
    texts = {path: files[path].without_secrets() for path in by_path(fix.edits) if path in files}
    changes = changed_texts(texts, {path: list(edits) for path, edits in by_path(fix.edits).items()})
    return msgspec.structs.replace(fix, diff=diff(changes, context=1) or None)


def _notes(evidence: Evidence, version: Version) -> tuple[str, ...]:
    manifest = evidence.manifest
    assert not isinstance(manifest, Missing)
    notes = [NOT_RUN]
    if manifest.version and not version.named:
        notes.append(f"held against Kubernetes {manifest.version}; --kubernetes-version names the cluster's own")
    elif manifest.version and manifest.version != version.shown:
        notes.append(
            f"the fields are those of Kubernetes {manifest.version}, the oldest whose schema is at hand; "
            f"a field that {version.shown} lacks was not noticed"
        )
    elif manifest.version:
        notes.append(f"held against Kubernetes {manifest.version}")
    probe = evidence.probe
    if isinstance(probe, Probe) and isinstance(evidence.script, Script):
        memory = f", {size(probe.peak_memory)} of memory at most" if probe.peak_memory else ""
        notes.append(f"{evidence.script.path} was rehearsed: {probe.seconds:.1f} s{memory}")
    return (*notes, *manifest.unchecked)
