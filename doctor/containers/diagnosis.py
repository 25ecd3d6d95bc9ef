"""From the name of a container to a report: collect, rehearse where needed, check, rank.

Each part of the collection may fail without ending the others; what is missing is said in the report's notes. Only a
container that is not there, or an engine that does not answer, ends the diagnosis.
"""

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import msgspec

from checks.containers import Answer, Answers, Container, Inside
from checks.evidence import EnvironmentFile, Evidence, Installed, Log, Logs, Missing, Returned, Samples, Script, Target
from checks.finding import Finding
from checks.joint import judge
from checks.logs.analysis import analyse
from checks.logs.findings import findings as findings_of_log
from checks.outcome import Found, Outcome, run_check
from checks.rank import Ranking
from checks.registry import checks_of_kind
from checks.runtime.error_texts import error_text
from doctor import __version__
from doctor.ahead import ahead, arrived
from doctor.baseline import Baseline
from doctor.collectors.environment import asked_for, hold_against
from doctor.collectors.samples import describe, read_sample
from doctor.containers.answers import ask, requests_told
from doctor.containers.brought import Brought
from doctor.containers.container_logs import collect_logs
from doctor.containers.engine import Engine, Listen, connect
from doctor.containers.frozen import collect_frozen
from doctor.containers.inside_records import installed_of
from doctor.containers.inspection import container_of
from doctor.containers.log_files import logs_inside
from doctor.containers.owned import sweep
from doctor.containers.running import Looked, look
from doctor.containers.service_files import service_files
from doctor.containers.wishes import Wishes
from doctor.engine import drawn
from doctor.errors import ConfigError
from doctor.probe.launcher import Payload
from doctor.report import SCHEMA, Report, Suppressed, Timings, Verdict, summarise

NETWORK = frozenset({"runtime.host-unreachable", "runtime.network-at-start"})
"""What a rehearsal without a network would be blamed for."""


@dataclass(frozen=True)
class Diagnosed:
    """A report and what it rests on."""

    report: Report
    evidence: Evidence
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Seen:
    """What was collected, how it came about (`notes`), and whether a rehearsal had no network.

    `not_asked` are ids of checks that mean nothing here. `document` is what look_inside.py said of a running container;
    empty for all others.
    """

    evidence: Evidence
    notes: tuple[str, ...] = ()
    offline: bool = False
    not_asked: frozenset[str] = frozenset()
    document: Mapping[str, Any] = field(default_factory=dict)


def diagnose(name: str, wishes: Wishes | None = None, listen: Listen = lambda _: None) -> Diagnosed:
    """Diagnose one container by name or id.

    Raises CannotExamine when the engine or the container cannot be reached, ConfigError for a file that is not there.
    """
    began = time.perf_counter()
    wishes = wishes or Wishes()
    if wishes.environment and not wishes.environment.is_file():
        raise ConfigError(f"--env {wishes.environment} is no file; give the conda or requirements file")
    if wishes.source and not wishes.source.is_dir():
        raise ConfigError(f"--source {wishes.source} is no folder; give the one that holds the code")
    payloads = tuple(Payload(source=str(path), body=read_sample(path)) for path in wishes.samples)
    with connect() as engine:
        sweep(engine)
        seen = collect(engine, name, payloads, wishes, listen)
    words = ["doctor", "diagnose", "docker", name]
    words += [word for sample in wishes.samples for word in ("--sample", str(sample))]
    words += ["--source", str(wishes.source)] if wishes.source else []
    words += ["--env", str(wishes.environment)] if wishes.environment else []
    return judged(engine, seen, wishes, began, shlex.join(words), listen)


def judged(engine: Engine, seen: Seen, wishes: Wishes, began: float, confirm: str, listen: Listen) -> Diagnosed:
    """Check what was seen, rank and report. `began` is of perf_counter, `confirm` the command that shows the cure."""
    collected = time.perf_counter()
    listen("judging")
    arrived()
    outcomes = tuple(
        run_check(check, seen.evidence)
        for check in wishes.suppression.selected(checks_of_kind(seen.evidence.target.kind))
        if check.id not in seen.not_asked
    )
    ranking, suppressed = _ranked(seen, outcomes, wishes)
    report = Report(
        schema=SCHEMA,
        version=__version__,
        target=seen.evidence.target,
        verdict=_verdict(ranking, seen.evidence),
        causes=tuple(_confirmed(finding, confirm) for finding in ranking.causes),
        findings=tuple(_confirmed(finding, confirm) for finding in ranking.findings),
        checks=summarise(outcomes),
        timings=Timings(
            collect=round(collected - began, 4),
            check=round(time.perf_counter() - collected, 4),
            engine_calls=engine.calls,
        ),
        notes=seen.notes,
        suppressed=len(suppressed),
        suppressions=suppressed,
    )
    return Diagnosed(report=report, evidence=seen.evidence, outcomes=outcomes)


def collect(engine: Engine, name: str, payloads: Sequence[Payload], wishes: Wishes, listen: Listen) -> Seen:
    """Everything that can be seen of a container, the rehearsal included."""
    listen("asking the engine")
    answer = engine.inspect(name)
    container = container_of(engine, answer)
    evidence = Evidence(
        target=Target(kind="container", name=name),
        container=container,
        samples=Samples(items=tuple(describe(payload.source, payload.body) for payload in payloads))
        if payloads
        else Missing(reason="no sample was given (--sample FILE)"),
        local=Missing(reason="no folder was given to hold against it (--source DIR)"),
    )
    listen("reading the log")
    logs = collect_logs(engine, container, since=wishes.since, tail=wishes.tail)
    evidence = evidence.replace(logs=logs)
    ahead(*(partial(analyse, log) for log in (logs.items if isinstance(logs, Logs) else ())))
    with Brought() as brought:
        seen = _look_inside(engine, Seen(evidence), payloads, brought, listen)
        seen = _with_new_lines(engine, container, seen, wishes)
        seen = _with_files(seen, container, wishes, brought)
        seen = replace(seen, evidence=_with_logs_inside(engine, container, seen.evidence))
        if _should_rehearse(seen.evidence, payloads, wishes):
            seen = _rehearsed(engine, answer, seen, payloads, wishes, brought, listen)
        else:
            why = (
                "as asked (--no-rehearse)" if wishes.rehearse is False else "for it answers (--rehearse does it anyway)"
            )
            seen = replace(seen, evidence=seen.evidence.replace(probe=Missing(reason=f"it was not rehearsed, {why}")))
    return replace(seen, notes=(*seen.notes, *_missing(seen.evidence), *_changed(engine, answer, container)))


def _look_inside(engine: Engine, seen: Seen, payloads: Sequence[Payload], brought: Brought, listen: Listen) -> Seen:
    """Enter the container while it runs and ask the service; read the frozen files of one that cannot be entered."""
    container = seen.evidence.container
    assert isinstance(container, Container)
    listen("looking inside")
    entered = look(engine, container, brought) if container.state.status == "running" else None
    if isinstance(entered, Looked):
        listen("asking the service")
        answers = ask(engine, container, entered.inside, payloads)
        evidence = seen.evidence.replace(inside=entered.inside, answers=answers)
        notes = (*entered.notes, *requests_told(answers))
        return replace(seen, evidence=evidence, notes=notes, document=entered.document)
    why = entered.reason if entered else f"it is {container.state.status}"
    frozen = collect_frozen(engine, container, brought)
    note = f"{why}, so it was not entered: its files were read as they stood"
    if isinstance(frozen, Missing):
        note = f"{why}, and its files could not be read: {frozen.reason}"
    evidence = seen.evidence.replace(inside=frozen, answers=Missing(reason=f"the service was not asked: {why}"))
    return replace(seen, evidence=evidence, notes=(note,))


def _with_new_lines(engine: Engine, container: Container, seen: Seen, wishes: Wishes) -> Seen:
    """The log once more where the first reading was too early: a sample failed, and what the server said of it was
    written since; or the service answers, and its log told of no start that was done.
    """
    answers, logs = seen.evidence.answers, seen.evidence.logs
    posts = [one for one in answers.items if one.method == "POST"] if isinstance(answers, Answers) else []
    failed = any(one.status is None or one.status >= 400 for one in posts)
    before = [analyse(log) for log in logs.items] if isinstance(logs, Logs) else []
    ready = bool(before) and not any(one.healthy for one in before) and answers_well(seen.evidence)
    if not failed and not ready:
        return seen
    return replace(
        seen, evidence=seen.evidence.replace(logs=collect_logs(engine, container, since=wishes.since, tail=wishes.tail))
    )


def _with_files(seen: Seen, container: Container, wishes: Wishes, brought: Brought) -> Seen:
    """The evidence of the earlier families, and the person's own source."""
    evidence = seen.evidence
    if isinstance(evidence.inside, Inside):
        files = service_files(container, evidence.inside, brought, wishes.environment)
        evidence = evidence.replace(**{name: getattr(files, name) for name in files.__struct_fields__})
        if seen.document:
            found = installed_of(dict(seen.document), requirements_of=asked_for(evidence.environment))
            evidence = _held(evidence.replace(installed=found))
    if wishes.source is not None and isinstance(evidence.local, Missing):
        from doctor.containers.local import collect_local

        evidence = evidence.replace(local=collect_local(wishes.source))
    return replace(seen, evidence=evidence)


def _with_logs_inside(engine: Engine, container: Container, evidence: Evidence) -> Evidence:
    """What a service that does not answer wrote into files, beside what the engine keeps."""
    if not isinstance(evidence.inside, Inside) or answers_well(evidence):
        return evidence
    more = logs_inside(engine, container, evidence.inside)
    kept = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    return evidence.replace(logs=Logs(items=(*kept, *more))) if more else evidence


def _held(evidence: Evidence) -> Evidence:
    """The environment file held against what is installed inside."""
    if not isinstance(evidence.environment, EnvironmentFile) or not isinstance(evidence.installed, Installed):
        return evidence
    return evidence.replace(environment=hold_against(evidence.environment, evidence.models, evidence.installed))


def _should_rehearse(evidence: Evidence, payloads: Sequence[Payload], wishes: Wishes) -> bool:
    """As wished; unless told, where the service was not seen to answer, and the image can be started again."""
    if wishes.rehearse is not None:
        return wishes.rehearse
    return not answers_well(evidence, scored=bool(payloads))


def answers_well(evidence: Evidence, *, scored: bool = False) -> bool:
    """True when the service answered its health request, and every scoring request with success if one was `scored`.

    An answer that is the text of an exception is no success.
    """
    answers = evidence.answers
    if not isinstance(answers, Answers):
        return False
    health = [one for one in answers.items if one.path == "/"]
    posts = [one for one in answers.items if one.method == "POST"]
    well = [one for one in health if one.status is not None and one.status < 400]
    published = [one for one in health if one.route == "published"]
    return (
        bool(well)
        and (not published or any(one in well for one in published))
        and (not scored or (bool(posts) and not any(_is_error(one) for one in posts)))
        and all(one.status is not None and one.status < 400 for one in posts)
    )


def _is_error(one: Answer) -> bool:
    """True for a body that tells of an exception, whatever its status."""
    return error_text(Returned(type="str", text=one.body, status=one.status)) is not None


def _rehearsed(
    engine: Engine,
    answer: dict[str, Any],
    seen: Seen,
    payloads: Sequence[Payload],
    wishes: Wishes,
    brought: Brought,
    listen: Listen,
) -> Seen:
    from doctor.containers.rehearsal import rehearse

    evidence = seen.evidence
    container = evidence.container
    assert isinstance(container, Container)
    done = rehearse(engine, answer, container, payloads, wishes, brought, listen)
    evidence = evidence.replace(probe=done.probe, inside=_both(evidence.inside, done.inside))
    if isinstance(done.installed, Installed):
        evidence = evidence.replace(installed=done.installed)
    if isinstance(evidence.script, Missing) and isinstance(evidence.inside, Inside):
        evidence = _with_files(replace(seen, evidence=evidence), container, wishes, brought).evidence
    evidence = _held(evidence)
    if isinstance(done.probe, Missing):
        return replace(seen, evidence=evidence, notes=(*seen.notes, f"not rehearsed: {done.probe.reason}", *done.notes))
    how = "with its network" if wishes.network else "without a network (--network gives it one)"
    note = f"rehearsed in a throwaway container of the same image {how}, with Python {done.probe.python}"
    return replace(seen, evidence=evidence, notes=(*seen.notes, note, *done.notes), offline=not wishes.network)


def _both(first: Inside | Missing, rehearsal: Inside | Missing) -> Inside | Missing:
    """What was seen in the container itself, completed by what only the rehearsal could see."""
    if isinstance(first, Missing) or isinstance(rehearsal, Missing):
        return rehearsal if isinstance(first, Missing) else first
    return msgspec.structs.replace(
        first,
        folders=first.folders or rehearsal.folders,
        texts={**rehearsal.texts, **first.texts},
        interpreter=first.interpreter or rehearsal.interpreter,
        python=first.python or rehearsal.python,
        user=first.user or rehearsal.user,
        file_systems=first.file_systems or rehearsal.file_systems,
        imports=rehearsal.imports,
    )


def _missing(evidence: Evidence) -> list[str]:
    """What could not be seen, as far as the notes do not say it yet."""
    wanted = {"the image": getattr(evidence.container, "image", None), "the log": evidence.logs}
    logs = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    return [log.unread for log in logs if log.unread] + [
        f"{name} could not be read: {one.reason}" for name, one in wanted.items() if isinstance(one, Missing)
    ]


def _changed(engine: Engine, answer: dict[str, Any], container: Container) -> list[str]:
    """What happened to the container while it was looked at."""
    restarts = engine.inspect(container.id).get("RestartCount", 0) - container.state.restarts
    if restarts <= 0 or answer.get("RestartCount") is None:
        return []
    return [f"it restarted {'once' if restarts == 1 else f'{restarts} times'} while it was examined"]


def _ranked(seen: Seen, outcomes: Sequence[Outcome], wishes: Wishes) -> tuple[Ranking, tuple[Suppressed, ...]]:
    evidence = seen.evidence
    found = [drawn(one, evidence) for outcome in outcomes if isinstance(outcome, Found) for one in outcome.findings]
    logs = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    said = [one for log in logs for one in findings_of_log(log) if wishes.suppression.wants(one.id)]
    if seen.offline:
        found = [one for one in found if one.id not in NETWORK]
    target = evidence.script if isinstance(evidence.script, Script) else Log(source=evidence.target.name, text="")
    suppression = wishes.suppression
    kept, suppressed = replace(suppression, baseline=Baseline()).split([*found, *said], target)
    ranking = judge(kept)
    if suppression.baseline.counts:  # it holds findings as they were told, with what other witnesses showed of them
        path = target.path if isinstance(target, Script) else target.source
        known = suppression.baseline.split(ranking.findings, path)[1]
        suppressed += tuple(Suppressed(finding=one, how="baseline") for one in known)
        told = {(one.id, one.title) for one in known}
        ranking = judge(one for one in kept if (one.id, one.title) not in told)
    return ranking, suppressed


def _verdict(ranking: Ranking, evidence: Evidence) -> Verdict:
    """Healthy is a service that was seen to answer, or whose log tells of it."""
    if ranking.causes:
        return Verdict.FAILING
    container = evidence.container
    runs = isinstance(container, Container) and container.state.status == "running"
    if not runs:
        return Verdict.INCONCLUSIVE
    logs = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    unasked = isinstance(evidence.answers, Missing)
    healthy = answers_well(evidence) or (unasked and any(analyse(log).healthy for log in logs))
    return Verdict.HEALTHY if healthy else Verdict.INCONCLUSIVE


def _confirmed(finding: Finding, command: str) -> Finding:
    """Fill in the command that passes once the finding is cured; a log alone would be asked for the next one."""
    if finding.confirm and finding.family != "logs":
        return finding
    return msgspec.structs.replace(finding, confirm=command)
