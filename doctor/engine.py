"""Collect, check, rank: the one way by which every front end comes to a report.

The probe is started first and runs in its own process while the script is read here, so that a diagnosis takes hardly
longer than the service's own start.
"""

import re
import shlex
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from checks.check import Check
from checks.contract.records import Attack, Document, Documents
from checks.entry_script.module import Module, parse
from checks.evidence import EnvironmentFile, Evidence, Installed, Missing, Phase, Probe, Samples, Script, Target
from checks.finding import Finding
from checks.missing import NOT_ASKED
from checks.outcome import Found, Outcome, run_check
from checks.rank import Ranking, rank
from checks.registry import checks_of_kind
from doctor import __version__
from doctor.collectors.modules import with_modules
from doctor.collectors.samples import describe, find_model_folder, find_samples, only_version, read_sample
from doctor.collectors.script import collect_script, collect_source
from doctor.errors import CannotExamine, ConfigError
from doctor.report import SCHEMA, Report, Suppressed, Timings, Verdict, summarise
from doctor.same_fixes import unified
from doctor.settings import Settings
from doctor.suppress import Suppression

if TYPE_CHECKING:
    from doctor.probe.launcher import Rehearsal, Running

Listener = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How to examine an entry script.

    `verify`: apply the fixes to a scratch copy and rehearse again; `auto` does so when the first rehearsal took less
    than VERIFY_WITHIN seconds. `timeout` is in seconds for the whole rehearsal, `memory_limit` in bytes.
    `documents` are descriptions of the service that the person handed over; `attack` tries payloads made from the
    contract where nothing else is wrong.
    """

    samples: tuple[Path, ...] = ()
    model_dir: Path | None = None
    environment: Path | None = None
    run: bool = True
    in_process: bool = False
    python: str | None = None
    timeout: float = 60.0
    memory_limit: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    verify: bool | Literal["auto"] = "auto"
    documents: tuple[Document, ...] = ()
    attack: bool = False
    suppression: Suppression = field(default_factory=Suppression)

    @classmethod
    def of(cls, settings: Settings, *, in_process: bool = False, with_baseline: bool = True) -> "Options":
        """The options that settings from file, variables and command line amount to. Raises ConfigError."""
        return cls(
            samples=settings.samples,
            model_dir=settings.model_dir,
            environment=settings.env,
            run=settings.run,
            in_process=in_process,
            python=settings.python,
            timeout=settings.timeout,
            memory_limit=size_of(settings.memory) if settings.memory else None,
            variables=settings.variables,
            verify=settings.verify,
            suppression=Suppression.of(settings, with_baseline=with_baseline),
        )


VERIFY_WITHIN = 2.0
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)(i?)b?", re.IGNORECASE)


def size_of(text: str) -> int:
    """Bytes of a size such as `2G` (10^9), `512M` or `1.5Gi` (2^30). Raises ConfigError for anything else."""
    match = _SIZE.fullmatch(text.strip())
    power = " kmg".index(match[2].lower() or " ") if match else 0
    size = int(float(match[1]) * (1024 if match[3] else 1000) ** power) if match else 0
    if not size:
        raise ConfigError(f"--memory `{text}` is no size; write it as 2G or 512M")
    return size


@dataclass(frozen=True)
class Examination:
    """A report and what it rests on."""

    path: Path
    report: Report
    evidence: Evidence
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Subject:
    """One entry script with everything that the person handed over, found once and rehearsed as often as needed."""

    path: Path
    shown: str
    options: Options
    payloads: tuple[tuple[str, bytes], ...]
    model_dir: Path | None

    @property
    def folder(self) -> Path:
        """The code folder: what the platform copies into the image."""
        return self.path.parent


def examine(path: Path, options: Options = Options(), listen: Listener = lambda _: None) -> Examination:
    """Diagnose one entry script.

    Raises CannotExamine when it cannot be read, or neither be rehearsed nor found wrong by reading; and ConfigError
    when a sample, the model folder or the environment file is not there.
    """
    subject = subject_of(path, options)
    script = collect_script(path, subject.shown)
    began = time.perf_counter()
    result = look(subject, script, {}, listen)
    if options.attack and not result.ranking.causes:
        result = _attacked(subject, script, result, listen)
    verify_began = time.perf_counter()
    ranking = result.ranking
    probe = result.evidence.probe
    if isinstance(probe, Missing) and result.rehearsed and not ranking.causes:
        raise CannotExamine(f"{subject.shown} could not be rehearsed: {probe.reason}. --no-run only reads")
    if _should_verify(options, result):
        from doctor.verify import peel

        ranking = peel(subject, script, result, listen)
    elif options.verify == "auto" and options.run and isinstance(probe, Probe):
        from doctor.unproved import told_unproved

        ranking = told_unproved(ranking, probe)
    ranking = unified(ranking)
    done = time.perf_counter()
    return Examination(
        path=path,
        report=Report(
            schema=SCHEMA,
            version=__version__,
            target=result.evidence.target,
            verdict=_verdict(ranking, result.evidence),
            causes=tuple(_confirmed(finding, subject) for finding in ranking.causes),
            findings=tuple(_confirmed(finding, subject) for finding in ranking.findings),
            checks=summarise(result.outcomes),
            timings=Timings(
                collect=round(result.collected - began, 4),
                check=round(verify_began - result.collected, 4),
                verify=round(done - verify_began, 4),
            ),
            notes=(*_notes(subject, result.evidence), *options.suppression.notes(script)),
            suppressed=len(result.suppressions),
            suppressions=result.suppressions,
        ),
        evidence=result.evidence,
        outcomes=result.outcomes,
    )


@dataclass(frozen=True)
class Look:
    """One pass over a script: what was seen, what the checks said, when collecting ended (perf_counter).

    `rehearsed` tells that the probe was started, whatever became of it.
    """

    evidence: Evidence
    outcomes: tuple[Outcome, ...]
    ranking: Ranking
    collected: float
    suppressions: tuple[Suppressed, ...] = ()
    rehearsed: bool = False


def look(subject: Subject, script: Script, overlay: Mapping[str, str], listen: Listener = lambda _: None) -> Look:
    """Collect everything about a script and run all checks. `overlay` replaces files of the scratch copy by name."""
    options = subject.options
    module = parse(script.text)
    running = None
    unparsed = module.tree is None and options.python is None
    if options.run and not unparsed:
        running = _start(subject, overlay, module)
        listen("running init() and run()" if _sent(subject, module) else "running init()")
    try:
        evidence = collect_subject(subject, script, overlay)
        early, late = _split(options.suppression.selected(checks_of_kind("script")))
        outcomes = {check.id: run_check(check, evidence) for check in early}
        if running is not None:
            evidence = _with_probe(evidence, running)
        elif unparsed:
            evidence = evidence.replace(probe=Missing(reason=f"{script.name} does not parse, so it was not run"))
        else:
            evidence = evidence.replace(probe=Missing(reason="the script was not run, as asked (--no-run)"))
    finally:
        if running is not None:
            running.stop()
    collected = time.perf_counter()
    outcomes |= {check.id: run_check(check, evidence) for check in late}
    ordered = tuple(outcomes[check.id] for check in (*early, *late))
    return _judged(evidence, ordered, script, options, collected, rehearsed=running is not None)


def _judged(
    evidence: Evidence,
    outcomes: tuple[Outcome, ...],
    script: Script,
    options: Options,
    collected: float,
    *,
    rehearsed: bool,
) -> Look:
    """A look, from what the checks said."""
    findings = (drawn(f, evidence) for outcome in outcomes if isinstance(outcome, Found) for f in outcome.findings)
    kept, suppressed = options.suppression.split(tuple(findings), script, evidence.code[1:])
    return Look(
        evidence=evidence,
        outcomes=outcomes,
        ranking=rank(kept),
        collected=collected,
        suppressions=suppressed,
        rehearsed=rehearsed,
    )


def _attacked(subject: Subject, script: Script, before: Look, listen: Listener) -> Look:
    """The look with what payloads made from the contract showed."""
    from checks.contract.contracts import contracts
    from doctor.contract.attack import attack, like_samples

    known = [one for one in contracts(before.evidence) if one.input is not None] or like_samples(before.evidence)
    if known:
        listen("trying payloads made from the contract")
        found = attack(_rehearsal(subject, {}, parse(script.text)), known[0])
    else:
        found = Missing(reason="nothing says what run() takes: decorate it with @input_schema, or give a sample")
    evidence = before.evidence.replace(attack=found)
    checks = subject.options.suppression.selected(checks_of_kind("script"))
    # Answers to what was made are answers as well: "answer" is asked again.
    asked = {check.id: run_check(check, evidence) for check in checks if {"attack", "answer"} & set(check.needs)}
    outcomes = tuple(asked.get(outcome.id, outcome) for outcome in before.outcomes)
    collected = time.perf_counter()
    return _judged(evidence, outcomes, script, subject.options, collected, rehearsed=before.rehearsed)


def drawn(finding: Finding, evidence: Evidence) -> Finding:
    """Draw the diff of every fix that has edits: later only the report is there, without the files' texts."""
    if not any(fix.edits for fix in finding.fixes):
        return finding
    from doctor.fixing import drawn as with_diff

    return msgspec.structs.replace(finding, fixes=tuple(with_diff(fix, evidence) for fix in finding.fixes))


def subject_of(path: Path, options: Options) -> Subject:
    """The script with what was given or lies beside it. Raises ConfigError for what is not there."""
    samples = options.samples or tuple(find_samples(path.parent))
    model_dir = only_version(options.model_dir) if options.model_dir else find_model_folder(path.parent)
    if options.environment and not options.environment.is_file():
        raise ConfigError(f"--env {options.environment} is no file; give the conda or requirements file")
    if options.model_dir and not options.model_dir.exists():
        raise ConfigError(f"--model-dir {options.model_dir} is not there; give the folder that holds the model")
    return Subject(
        path=path,
        shown=str(path),
        options=options,
        payloads=tuple((str(sample), read_sample(sample)) for sample in samples),
        model_dir=model_dir,
    )


def rehearsal_of(path: Path, options: Options) -> "Rehearsal":
    """How `examine` would rehearse this script. Raises CannotExamine and ConfigError as it does."""
    script = collect_script(path, str(path))
    return _rehearsal(subject_of(path, options), {}, parse(script.text))


def _sent(subject: Subject, module: Module) -> tuple[tuple[str, bytes], ...]:
    """What run() is tried with: of a batch script only files, a table is nothing that doctor can make."""
    return () if module.is_batch and not module.takes_paths else subject.payloads


def _start(subject: Subject, overlay: Mapping[str, str], module: Module) -> "Running":
    from doctor.probe.launcher import start

    return start(_rehearsal(subject, overlay, module))


def _rehearsal(subject: Subject, overlay: Mapping[str, str], module: Module) -> "Rehearsal":
    from doctor.probe.launcher import Payload, Rehearsal

    options = subject.options
    return Rehearsal(
        script=subject.path,
        payloads=tuple(Payload(source=source, body=body) for source, body in _sent(subject, module)),
        model_dir=subject.model_dir,
        python=options.python,
        in_process=options.in_process,
        timeout=options.timeout,
        memory_limit=options.memory_limit,
        variables=options.variables,
        overlay=overlay,
        batch=module.is_batch,
    )


def collect_subject(subject: Subject, script: Script, overlay: Mapping[str, str]) -> Evidence:
    """What can be read of a script and of what lies beside it."""
    from doctor.collectors.environment import collect_environment
    from doctor.collectors.models import collect_models
    from doctor.contract.deployment_file import deployment_beside
    from doctor.contract.documents import documents_beside

    environment = collect_environment(subject.options.environment, subject.folder, overlay)
    beside = documents_beside(subject.folder)
    documents = (*subject.options.documents, *(beside.items if beside else ()))
    return Evidence(
        target=Target(kind="script", name=subject.shown),
        script=script,
        source=with_modules(collect_source(subject.path), subject.path, script, overlay),
        models=collect_models(subject.model_dir)
        if subject.model_dir
        else Missing(reason="no model folder was given (--model-dir) nor found beside the script"),
        samples=Samples(items=tuple(describe(source, body) for source, body in subject.payloads))
        if subject.payloads
        else Missing(reason="no sample was given (--sample) nor found beside the script"),
        environment=environment,
        documents=Documents(items=documents)
        if documents
        else Missing(reason=f"{NOT_ASKED}a description of the service (swagger.json)"),
        deployment=deployment_beside(subject.folder),
    )


def _with_probe(evidence: Evidence, running: "Running") -> Evidence:
    probe = running.wait()
    if isinstance(probe, Missing):
        return evidence.replace(probe=probe)
    from doctor.collectors.environment import asked_for, hold_against
    from doctor.collectors.installed import installed

    assert isinstance(evidence.script, Script)
    needed = {*probe.imported, *parse(evidence.script.text).imported_modules}
    environment = evidence.environment
    found: Installed = installed(probe.path, needed=needed, requirements_of=asked_for(environment))
    if isinstance(environment, EnvironmentFile):
        environment = hold_against(environment, evidence.models, found)
    return evidence.replace(probe=probe, installed=found, environment=environment)


def _split(checks: Iterable[Check]) -> tuple[list[Check], list[Check]]:
    """Checks that read the script alone can run while the probe does; all others wait for it."""
    early: list[Check] = []
    late: list[Check] = []
    for check in checks:
        (early if check.family == "entry-script" else late).append(check)
    return early, late


def _should_verify(options: Options, result: Look) -> bool:
    if options.verify != "auto":
        return options.verify and options.run
    probe = result.evidence.probe
    quick = isinstance(probe, Missing) or (probe.exit is None and probe.seconds < VERIFY_WITHIN)
    return options.run and quick


def _verdict(ranking: Ranking, evidence: Evidence) -> Verdict:
    if ranking.causes:
        return Verdict.FAILING
    answered = isinstance(evidence.probe, Probe) and evidence.probe.answered
    attack = evidence.attack
    answered = answered or (isinstance(attack, Attack) and attack.valid > len(attack.valid_failed))
    return Verdict.HEALTHY if answered else Verdict.INCONCLUSIVE


def _notes(subject: Subject, evidence: Evidence) -> tuple[str, ...]:
    """How the result came about, and what was not tried."""
    probe = evidence.probe
    if isinstance(probe, Missing):
        return (probe.reason if "not run" in probe.reason else f"the script was not run: {probe.reason}",)
    notes = [f"rehearsed with Python {probe.python} ({probe.interpreter})"]
    if subject.model_dir and not subject.options.model_dir:
        notes.append(f"AZUREML_MODEL_DIR held the contents of {subject.model_dir}, found beside the script")
    if subject.options.variables:
        notes.append(f"set for the rehearsal alone: {', '.join(subject.options.variables)}")
    module = parse(evidence.script.text) if isinstance(evidence.script, Script) else None
    sent = _sent(subject, module) if module else subject.payloads
    if sent and not subject.options.samples:
        how = "gave run() the path of" if probe.is_batch else "sent"
        notes.append(f"{how} {', '.join(source for source, _ in sent)}, found beside the script")
    if isinstance(evidence.attack, Attack):
        notes.append(_tried(evidence.attack))
    elif subject.options.attack:
        untried = evidence.attack.reason.startswith(NOT_ASKED)
        reason = "cure what is told above first" if untried else evidence.attack.reason
        notes.append(f"no payloads were made: {reason}")
    init, run = probe.step(Phase.INIT), probe.step(Phase.RUN)
    if init and init.outcome == "passed" and (run is None or run.outcome == "skipped"):
        what = "there is no sample; give one with --sample FILE"
        if subject.payloads and not sent:
            what = "it takes a table, and doctor gives batch scripts paths of files"
        elif sent and run and run.message:
            what = run.message
        notes.append(f"init() passed; run() was not tried: {what}")
    return tuple(notes)


def _tried(attack: Attack) -> str:
    """How many payloads were made, and what came of them."""
    told = f"tried {attack.tried} payloads made from the contract ({attack.valid} valid, {attack.invalid} invalid)"
    return f"{told} in {attack.seconds:.0f} s" + (f"; {attack.problem}" if attack.problem else "")


def _confirmed(finding: Finding, subject: Subject) -> Finding:
    """Fill in the command that passes once the finding is cured."""
    if finding.confirm:
        return finding
    options = subject.options
    words = ["doctor", "check", subject.shown]
    words += [word for sample in options.samples for word in ("--sample", str(sample))]
    words += ["--model-dir", str(options.model_dir)] if options.model_dir else []
    words += ["--env", str(options.environment)] if options.environment else []
    return msgspec.structs.replace(finding, confirm=shlex.join(words))
