"""`doctor check swagger.json`: a description of a service, alone, with request bodies, or against an older one."""

import shlex
import time
from pathlib import Path

from checks.contract.records import Document, Documents
from checks.evidence import Evidence, Log, Missing, Samples, Target
from checks.finding import Finding
from checks.missing import NOT_ASKED
from checks.outcome import Found, run_check
from checks.rank import rank
from checks.registry import checks_of_kind
from doctor import __version__
from doctor.collectors.samples import describe, read_sample
from doctor.contract.deployment_file import deployment_beside
from doctor.contract.documents import read_document
from doctor.engine import Options, drawn
from doctor.judging import confirmed
from doctor.report import SCHEMA, Report, Timings, Verdict, summarise

NO_SCRIPT = Missing(reason=f"{NOT_ASKED}an entry script (doctor check score.py swagger.json)")


def examine_document(path: Path, options: Options, against: str | None = None) -> Report:
    """Judge one description, with the samples and the older descriptions of the options.

    Raises CannotExamine when it cannot be opened, ConfigError for a sample that is not there.
    """
    began = time.perf_counter()
    document = read_document(path, "given")
    older = tuple(one for one in options.documents if one.role == "old")
    evidence = _evidence(document, older, options, path.parent)
    collected = time.perf_counter()
    outcomes = tuple(run_check(check, evidence) for check in options.suppression.selected(checks_of_kind("document")))
    found = [drawn(one, evidence) for outcome in outcomes if isinstance(outcome, Found) for one in outcome.findings]
    kept, suppressed = options.suppression.split(found, Log(source=document.source, text=""))
    ranking = rank(kept)
    words = ["doctor", "check", str(path)]
    words += [word for sample in options.samples for word in ("--sample", str(sample))]
    words += ["--against", against] if against else []
    command = shlex.join(words)

    def told(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(confirmed(finding, command) for finding in findings)

    return Report(
        schema=SCHEMA,
        version=__version__,
        target=evidence.target,
        verdict=Verdict.FAILING if ranking.causes else Verdict.INCONCLUSIVE,
        causes=told(ranking.causes),
        findings=told(ranking.findings),
        checks=summarise(outcomes),
        timings=Timings(collect=round(collected - began, 4), check=round(time.perf_counter() - collected, 4)),
        notes=_notes(document, options),
        suppressed=len(suppressed),
        suppressions=suppressed,
    )


def _evidence(document: Document, older: tuple[Document, ...], options: Options, folder: Path) -> Evidence:
    samples = tuple(describe(str(sample), read_sample(sample)) for sample in options.samples)
    return Evidence(
        target=Target(kind="document", name=document.source),
        script=NO_SCRIPT,
        probe=NO_SCRIPT,
        documents=Documents(items=(document, *older)),
        samples=Samples(items=samples) if samples else Missing(reason="no sample was given (--sample)"),
        deployment=deployment_beside(folder),
    )


def _notes(document: Document, options: Options) -> tuple[str, ...]:
    """What it is, and that nobody saw the service itself."""
    kind = {"openapi": f"OpenAPI {document.version}", "service-schema": "a service_schema.json of the 2018 SDK"}
    if document.version and document.version.startswith("2"):
        kind["openapi"] = f"Swagger {document.version}"
    held = f"held against {len(options.samples)} request bodies" if options.samples else "no request body was given"
    return (f"{kind.get(document.form, 'of an unknown form')}; {held}; the service itself was not asked",)
