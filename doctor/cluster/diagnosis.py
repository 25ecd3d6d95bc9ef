"""From a name, a namespace or a whole cluster to reports: list, choose, read logs, look inside, check, rank.

Each part of the collection may fail without ending the others; what is missing is said in the report's notes, with the
right that would show it. Only a server that does not answer, or a name that is not there, ends the diagnosis.
"""

import json
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from checks.cluster.metadata import LabelSelector
from checks.cluster.subject import Server, Unseen, Workload
from checks.container.for_pods import ONLY_DOCKER
from checks.evidence import Evidence, Log, Logs, Missing, Samples, Target
from checks.logs.analysis import analyse
from checks.outcome import run_check
from checks.rank import Ranking
from checks.registry import checks_of_family, checks_of_kind
from doctor import __version__
from doctor.ahead import ahead, arrived
from doctor.cluster.addressed import addressed
from doctor.cluster.api import Api, Refused, connect
from doctor.cluster.closer import Seen, look_closer
from doctor.cluster.pod_logs import Wanted, read_logs
from doctor.cluster.scope import Named, named
from doctor.cluster.selection import is_unproved, needs_secrets, wanted_logs
from doctor.cluster.selectors import parsed
from doctor.cluster.snapshot import SUPPLIES, TRAFFIC, WORKLOADS, Snapshot
from doctor.cluster.subjects import (
    Subject,
    chosen,
    container_names,
    in_trouble,
    names_of,
    service_alone,
    subjects_of,
    workload_of,
)
from doctor.cluster.wishes import Wishes
from doctor.collectors.samples import describe, read_sample
from doctor.containers.engine import Listen
from doctor.errors import CannotExamine, ConfigError
from doctor.judging import Diagnosed, confirmed, ranked
from doctor.near import hint, nearest
from doctor.probe.launcher import Payload
from doctor.report import SCHEMA, Report, Timings, Verdict, summarise
from doctor.reports.unread import MAY_NOT
from doctor.scored import not_called, seen_to_score

BATCH = 8  # workloads whose logs are in memory at the same time
MOST_UNPROVED = 10  # workloads without a readiness probe whose logs a scan reads too
TAIL_OF_SCAN = 1500  # lines of each log where many are read
NEEDED = {"container": "container", "entry-script": "script", "dependencies": "script", "runtime": "probe"}
"""Families that have nothing to say without this evidence; the notes tell why it is not there."""


@dataclass(frozen=True)
class Diagnosis:
    """What a whole call found: one piece for each workload, in the order of namespaces and names, the failing ones
    first; `notes` speak of the scope.
    """

    diagnosed: tuple[Diagnosed, ...]
    notes: tuple[str, ...] = ()

    @property
    def reports(self) -> list[Report]:
        """The reports alone."""
        return [one.report for one in self.diagnosed]


def diagnose(words: Sequence[str], wishes: Wishes | None = None, listen: Listen = lambda _: None) -> Diagnosis:
    """Diagnose what `words` name (`deployment/score`); without words, every workload of the scope.

    Raises CannotExamine when the server does not answer or there is no such object, ConfigError for a wrong call.
    """
    wishes = wishes or Wishes()
    target = named(tuple(words))
    if target and wishes.everywhere:
        raise ConfigError(f"-A and {target.shown} do not go together: a name is looked for in one namespace (-n)")
    if wishes.environment and not wishes.environment.is_file():
        raise ConfigError(f"--env {wishes.environment} is no file; give the conda or requirements file")
    if wishes.source and not wishes.source.is_dir():
        raise ConfigError(f"--source {wishes.source} is no folder; give the one that holds the code")
    payloads = tuple(Payload(source=str(path), body=read_sample(path)) for path in wishes.samples)
    listen("connecting to the cluster")
    with connect(wishes.access) as api:
        return _Run(api, wishes, target, payloads, listen).diagnose()


def names(wishes: Wishes) -> list[str]:
    """What can be named in the scope, for completion. Raises CannotExamine when no server answers."""
    with connect(wishes.access) as api:
        run = _Run(api, wishes, None, (), lambda _: None)
        run.snapshot.read(api, [kind for kind in WORKLOADS if kind != "events"])
        return names_of(subjects_of(run.snapshot))


class _Run:
    """One call: its server, its scope, its wishes."""

    def __init__(
        self, api: Api, wishes: Wishes, target: Named | None, payloads: Sequence[Payload], listen: Listen
    ) -> None:
        self.api, self.wishes, self.target, self.payloads, self.listen = api, wishes, target, payloads, listen
        self.namespace = None if wishes.everywhere else wishes.namespace or api.namespace
        self.scan = target is None
        self.snapshot = Snapshot(self.namespace)
        self.began = time.perf_counter()
        self.unproved = 0
        self.selector = parsed(wishes.labels) if wishes.labels else None

    def diagnose(self) -> Diagnosis:
        """List, choose, judge."""
        self.listen(f"asking {self.api.address}")
        self.snapshot.read(self.api, WORKLOADS)
        self._refuse_blindness()
        subjects = self._subjects()
        taken = self.api.taken
        failing = [one for one in subjects if in_trouble(one, self.snapshot, taken)]
        self.listen("reading what they need")
        self.snapshot.read(self.api, (*TRAFFIC, *(SUPPLIES if failing or not self.scan else ())))
        if any(needs_secrets(one) for one in (failing if self.scan else subjects)):
            self.snapshot.read(self.api, ("secrets",))
        version, minor = self.api.version
        server = Server(address=self.api.address, version=version, minor=minor)
        unseen = self.snapshot.unseen
        troubled = {id(one) for one in failing}
        order = sorted(subjects, key=lambda one: (id(one) not in troubled, one.namespace, one.name, one.kind))
        found: list[Diagnosed] = []
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            workloads = [workload_of(one, self.snapshot, server, taken, unseen) for one in batch]
            known = [id(one) in troubled for one in batch]
            found += self._judge(workloads, known)
        found.sort(key=lambda one: (one.report.verdict is not Verdict.FAILING, not _is_open(one.report)))
        return Diagnosis(diagnosed=tuple(found), notes=self._notes())

    def _refuse_blindness(self) -> None:
        """Raise CannotExamine where nothing at all may be listed: there is no evidence then."""
        refused = [self.snapshot.lists[kind].unseen for kind in ("pods", "deployments")]
        if all(refused) and not any(self.snapshot.items(kind) for kind in ("pods", "deployments")):
            one = refused[0]
            assert one is not None
            rule = f"; this right would show it: {one.rule}" if one.rule else ""
            raise CannotExamine(f"nothing can be listed {self._where}: {one.reason}{rule}")

    @property
    def _where(self) -> str:
        return f"in namespace {self.namespace}" if self.namespace else "in the cluster"

    def _subjects(self) -> list[Subject]:
        """What is examined. Raises CannotExamine where nothing is."""
        every = subjects_of(self.snapshot)
        if not every:
            self._refuse_missing_namespace()
        if self.selector:
            every = [one for one in every if _matches(self.selector, one)]
        if self.target is None:
            if not every:
                asked = f" with labels {self.wishes.labels}" if self.wishes.labels else ""
                raise CannotExamine(f"there is no workload{asked} {self._where}; -A looks into every namespace")
            return every
        found = chosen(every, self.target) or chosen(subjects_of(self.snapshot, done=True), self.target)
        found = found or service_alone(self.snapshot, self.target)
        if found:
            self._refuse_unknown_container(found)
            return found
        names = names_of(every)
        by_name = {name.partition("/")[2]: name for name in names}
        near = nearest(self.target.shown, names) or [by_name[one] for one in nearest(self.target.name, by_name)]
        close = f"; the nearest is `{near[0]}`" if near else ""
        there = f"; there are {', '.join(names[:8])}" if names and not near else ""
        none = "" if names else "; there is nothing else either: is it another namespace (-n, -A)?"
        raise CannotExamine(f"there is no {self.target.shown} {self._where}{close}{there}{none}")

    def _refuse_missing_namespace(self) -> None:
        """Raise CannotExamine for a namespace that does not exist: its lists are empty, and nothing says so."""
        if self.namespace is None:
            return
        try:
            self.api.get(f"/api/v1/namespaces/{self.namespace}", tries=1)
        except Refused as error:
            if error.status != 404:
                return
            raise CannotExamine(f"there is no namespace {self.namespace}{self._near_namespace()}") from error

    def _near_namespace(self) -> str:
        try:
            found = json.loads(self.api.get("/api/v1/namespaces", {"limit": 500}, tries=1))
            return hint(self.namespace or "", [str(one["metadata"]["name"]) for one in found["items"]])
        except (Refused, CannotExamine, ValueError, KeyError, TypeError):
            return ""

    def _refuse_unknown_container(self, subjects: Sequence[Subject]) -> None:
        """Raise CannotExamine for a container (-c) that no pod of the target has."""
        wanted = self.wishes.container
        there = {name for one in subjects for name in container_names(one)}
        if wanted and there and wanted not in there:
            near = hint(wanted, there) or f"; there are {', '.join(sorted(there))}"
            raise CannotExamine(f"{subjects[0].kind.lower()}/{subjects[0].name} has no container {wanted}{near}")

    def _judge(self, workloads: list[Workload], troubled: list[bool]) -> Iterator[Diagnosed]:
        """Read the logs of a batch at once, then judge one workload after the other."""
        reading = [bad or self._reads_anyway(one) for one, bad in zip(workloads, troubled, strict=True)]
        wanted = {
            id(one): wanted_logs(one, container=self.wishes.container, scan=self.scan) if read else []
            for one, read in zip(workloads, reading, strict=True)
        }
        every = [log for logs in wanted.values() for log in logs]
        if every:
            self.listen("reading logs")
        tail = self.wishes.tail or (TAIL_OF_SCAN if self.scan else None)
        read = read_logs(self.api, every, since=self.wishes.since, tail=tail) if every else {}
        read |= self._instead(read, tail)
        ahead(*(partial(analyse, log) for log in read.values() if isinstance(log, Log)))
        for workload, bad, full in zip(workloads, troubled, reading, strict=True):
            began = time.perf_counter()
            answers = [read[one] for one in wanted[id(workload)]]
            seen = self._seen(workload, answers)
            if bad or not self.scan:
                seen = look_closer(self.api, seen, self.wishes, self.payloads, self.listen, enter=not self.scan)
            yield self._judged(seen, began if self.scan else self.began, full=full)

    def _reads_anyway(self, workload: Workload) -> bool:
        """True for a log of what seems well: of the one target always, of a scan's first few that nothing proves."""
        if not self.scan:
            return True
        self.unproved += is_unproved(workload)
        return is_unproved(workload) and self.unproved <= MOST_UNPROVED

    def _instead(self, read: dict[Wanted, Log | Unseen], tail: int | None) -> dict[Wanted, Log | Unseen]:
        """The current log where the previous one is gone: of a container that waits, it is that of its last run."""
        gone = [one for one, log in read.items() if one.previous and (isinstance(log, Unseen) or not log.text.strip())]
        current = {one: replace(one, previous=False) for one in gone}
        missing = [one for one in current.values() if one not in read]
        if not missing:
            return {}
        more = read_logs(self.api, missing, since=self.wishes.since, tail=tail)
        return {
            one: more[now] for one, now in current.items() if isinstance(log := more.get(now), Log) and log.text.strip()
        }

    def _seen(self, workload: Workload, answers: list[Log | Unseen]) -> Seen:
        logs = tuple(one for one in answers if isinstance(one, Log))
        refused = [one for one in answers if isinstance(one, Unseen)]
        unlisted = next((_unread(one) for one in workload.unseen if one.what.startswith("pods ")), "")
        reason = refused[0].reason if refused else unlisted or "no container of it has run, or it is well"
        evidence = Evidence(
            target=Target(kind="workload", name=f"{workload.namespace}/{workload.shown}"),
            workload=workload,
            logs=Logs(items=logs) if logs else Missing(reason=f"no log was read: {reason}"),
            samples=Samples(items=tuple(describe(one.source, one.body) for one in self.payloads))
            if self.payloads
            else Missing(reason="no sample was given (--sample FILE)"),
            inside=Missing(reason="nobody looked into a container of it"),
            answers=Missing(reason="the service was not asked: nobody looked into a container of it"),
            probe=Missing(reason="it was not rehearsed (--rehearse tries it in a copy of its pod)"),
            local=Missing(reason="no folder was given to hold against it (--source DIR)"),
        )
        notes = [_unread(one) for one in workload.unseen]
        notes += [_unread(_of_logs(one, workload.namespace)) for one in refused]
        notes += [log.unread for log in logs if log.unread]
        return Seen(evidence, tuple(dict.fromkeys(notes)))

    def _judged(self, seen: Seen, began: float, *, full: bool) -> Diagnosed:
        """Check, rank, report. Of a workload that is well in a scan (not `full`) only its own family is asked."""
        collected = time.perf_counter()
        arrived()
        suppression, evidence = self.wishes.suppression, seen.evidence
        family = checks_of_kind("workload") if full or not self.scan else checks_of_family("kubernetes")
        blind = {family for family, need in NEEDED.items() if evidence.missing(need)}
        checks = [
            one
            for one in suppression.selected(family)
            if one.family not in blind and one.id not in ONLY_DOCKER and "manifest" not in one.needs
        ]
        outcomes = tuple(run_check(check, evidence) for check in checks)
        ranking, suppressed = ranked(evidence, outcomes, suppression)
        command = self._command(evidence)
        report = Report(
            schema=SCHEMA,
            version=__version__,
            target=evidence.target,
            verdict=verdict_of(ranking, evidence, named=not self.scan),
            causes=tuple(addressed(confirmed(finding, command), self.wishes.access) for finding in ranking.causes),
            findings=tuple(addressed(confirmed(finding, command), self.wishes.access) for finding in ranking.findings),
            checks=summarise(outcomes),
            timings=Timings(
                collect=round(collected - began, 4),
                check=round(time.perf_counter() - collected, 4),
                engine_calls=None if self.scan else self.api.calls,
            ),
            notes=(*seen.notes, *self._untried(ranking, evidence)),
            suppressed=len(suppressed),
            suppressions=suppressed,
        )
        return Diagnosed(report=report, evidence=evidence, outcomes=outcomes)

    def _untried(self, ranking: Ranking, evidence: Evidence) -> tuple[str, ...]:
        """That nobody scored, where pods of a named workload are there to do it."""
        workload = evidence.workload
        assert isinstance(workload, Workload)
        is_job = workload.controller is not None and workload.controller.kind == "Job"
        return () if self.scan or ranking.causes or is_job or not workload.pods else not_called(evidence)

    def _command(self, evidence: Evidence) -> str:
        """The call that shows the cure."""
        workload, access = evidence.workload, self.wishes.access
        assert isinstance(workload, Workload)
        words = ["doctor", "diagnose", "k8s", workload.shown, "-n", workload.namespace]
        words += ["--kubeconfig", str(access.kubeconfig)] if access.kubeconfig else []
        words += ["--context", access.context] if access.context else []
        words += [word for sample in self.wishes.samples for word in ("--sample", str(sample))]
        return shlex.join(words)

    def _notes(self) -> tuple[str, ...]:
        if not self.scan:
            return ()
        seconds = time.perf_counter() - self.began
        return (f"{self.api.calls} calls to {self.api.address} in {seconds:.1f} s",)


def verdict_of(ranking: Ranking, evidence: Evidence, *, named: bool = False) -> Verdict:
    """Healthy is a workload all of whose pods are there and ready; what has no pods cannot be.

    One that was `named` must also have been seen to score; a scan asks no service.
    """
    if ranking.causes:
        return Verdict.FAILING
    workload = evidence.workload
    assert isinstance(workload, Workload)
    controller, pods = workload.controller, workload.pods
    if controller and controller.kind == "Job":
        complete = controller.status.condition("Complete")
        done = complete is not None and complete.status == "True"
        return Verdict.HEALTHY if done or any(pod.is_ready for pod in pods) else Verdict.INCONCLUSIVE
    if controller and not controller.wanted and controller.kind != "DaemonSet":
        return Verdict.HEALTHY
    slices = () if isinstance(workload.slices, Missing) else workload.slices
    if workload.kind == "Service" and not pods:  # endpoints that somebody wrote by hand
        by_hand = any(end.is_ready for part in slices for end in part.endpoints)
        return Verdict.HEALTHY if by_hand else Verdict.INCONCLUSIVE
    if named and not seen_to_score(evidence):
        return Verdict.INCONCLUSIVE
    ready = sum(pod.is_ready for pod in pods)
    enough = ready >= min(controller.wanted if controller else len(pods), len(pods))
    return Verdict.HEALTHY if pods and ready and enough else Verdict.INCONCLUSIVE


def _is_open(report: Report) -> bool:
    return report.verdict is Verdict.INCONCLUSIVE


def _unread(one: Unseen) -> str:
    """What was not to be seen; the server's long sentence says no more than the rule that would show it."""
    if one.rule:
        return f"{MAY_NOT}{one.what}: grant with the RBAC rule {one.rule}"
    return f"{one.what} could not be read: {one.reason}"


def _of_logs(one: Unseen, namespace: str) -> Unseen:
    """One right opens all logs of a namespace."""
    return Unseen(what=f"pods/log in namespace {namespace}", reason=one.reason, rule=one.rule) if one.rule else one


def _matches(selector: LabelSelector, subject: Subject) -> bool:
    own = subject.controller.metadata.labels if subject.controller else {}
    return any(
        selector.fits(one) for one in (own, subject.labels, *(pod.metadata.labels for pod in subject.pods)) if one
    )
