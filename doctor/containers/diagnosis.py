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

from checks.containers import Answers, Container, Inside
from checks.evidence import Evidence, Installed, Logs, Missing, Samples, Target
from checks.logs.analysis import analyse
from checks.logs.own_requests import marked
from checks.outcome import run_check
from checks.rank import Ranking
from checks.registry import checks_of_kind
from doctor import __version__
from doctor.ahead import ahead, arrived
from doctor.collectors.samples import describe, read_sample
from doctor.containers.answers import ask, requests_told
from doctor.containers.brought import Brought
from doctor.containers.completing import answers_well, both, held, with_files
from doctor.containers.container_logs import collect_logs
from doctor.containers.engine import Engine, Listen, connect
from doctor.containers.frozen import collect_frozen
from doctor.containers.inspection import container_of
from doctor.containers.log_files import logs_inside
from doctor.containers.owned import sweep
from doctor.containers.running import Looked, look
from doctor.containers.wishes import Wishes
from doctor.errors import ConfigError
from doctor.judging import Diagnosed, confirmed, ranked
from doctor.probe.launcher import Payload
from doctor.report import SCHEMA, Report, Timings, Verdict, summarise
from doctor.scored import not_called, seen_to_score


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
    ranking, suppressed = ranked(seen.evidence, outcomes, wishes.suppression, offline=seen.offline)
    report = Report(
        schema=SCHEMA,
        version=__version__,
        target=seen.evidence.target,
        verdict=_verdict(ranking, seen.evidence),
        causes=tuple(confirmed(finding, confirm) for finding in ranking.causes),
        findings=tuple(confirmed(finding, confirm) for finding in ranking.findings),
        checks=summarise(outcomes),
        timings=Timings(
            collect=round(collected - began, 4),
            check=round(time.perf_counter() - collected, 4),
            engine_calls=engine.calls,
        ),
        notes=(*seen.notes, *(() if ranking.causes else not_called(seen.evidence))),
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
    logs = _told_apart(collect_logs(engine, container, since=wishes.since, tail=wishes.tail))
    evidence = evidence.replace(logs=logs)
    ahead(*(partial(analyse, log) for log in (logs.items if isinstance(logs, Logs) else ())))
    with Brought() as brought:
        seen = _look_inside(engine, Seen(evidence), payloads, brought, listen)
        seen = _with_new_lines(engine, container, seen, wishes)
        seen = replace(seen, evidence=_with_files(seen, container, wishes, brought))
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
    new = collect_logs(engine, container, since=wishes.since, tail=wishes.tail)
    return replace(seen, evidence=seen.evidence.replace(logs=_told_apart(new, answers)))


def _told_apart(logs: Logs | Missing, answers: Answers | Missing | None = None) -> Logs | Missing:
    """The logs with the requests told that doctor sent before; those of this diagnosis are what it is about."""
    if isinstance(logs, Missing):
        return logs
    now = answers.ids if isinstance(answers, Answers) else frozenset()
    return Logs(items=tuple(marked(log, but=now) for log in logs.items))


def _with_files(seen: Seen, container: Container, wishes: Wishes, brought: Brought) -> Evidence:
    return with_files(
        seen.evidence, container, brought, seen.document, source=wishes.source, environment=wishes.environment
    )


def _with_logs_inside(engine: Engine, container: Container, evidence: Evidence) -> Evidence:
    """What a service that does not answer wrote into files, beside what the engine keeps."""
    if not isinstance(evidence.inside, Inside) or answers_well(evidence):
        return evidence
    more = logs_inside(engine, container, evidence.inside)
    kept = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    return evidence.replace(logs=Logs(items=(*kept, *more))) if more else evidence


def _should_rehearse(evidence: Evidence, payloads: Sequence[Payload], wishes: Wishes) -> bool:
    """As wished; unless told, where the service was not seen to answer, and the image can be started again."""
    if wishes.rehearse is not None:
        return wishes.rehearse
    return not answers_well(evidence, scored=bool(payloads))


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
    evidence = evidence.replace(probe=done.probe, inside=both(evidence.inside, done.inside))
    if isinstance(done.installed, Installed):
        evidence = evidence.replace(installed=done.installed)
    if isinstance(evidence.script, Missing) and isinstance(evidence.inside, Inside):
        evidence = _with_files(replace(seen, evidence=evidence), container, wishes, brought)
    evidence = held(evidence)
    if isinstance(done.probe, Missing):
        return replace(seen, evidence=evidence, notes=(*seen.notes, f"not rehearsed: {done.probe.reason}", *done.notes))
    how = "with its network" if wishes.network else "without a network (--network gives it one)"
    note = f"rehearsed in a throwaway container of the same image {how}, with Python {done.probe.python}"
    return replace(seen, evidence=evidence, notes=(*seen.notes, note, *done.notes), offline=not wishes.network)


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


def _verdict(ranking: Ranking, evidence: Evidence) -> Verdict:
    """Healthy is a service that answers and was seen to score, or whose log tells of it."""
    if ranking.causes:
        return Verdict.FAILING
    container = evidence.container
    runs = isinstance(container, Container) and container.state.status == "running"
    if not runs:
        return Verdict.INCONCLUSIVE
    logs = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    unasked = isinstance(evidence.answers, Missing)
    healthy = answers_well(evidence) or (unasked and any(analyse(log).healthy for log in logs))
    return Verdict.HEALTHY if healthy and seen_to_score(evidence) else Verdict.INCONCLUSIVE
