"""From a URL to one ranked answer: look, check, rank."""

import re
import shlex
import time
from urllib.parse import quote

from checks.contract.records import Document, Documents
from checks.evidence import Evidence, Missing, Samples, Target
from checks.http.records import Call, Endpoint
from checks.http.reproduce import split
from checks.missing import NOT_ASKED
from checks.outcome import run_check
from checks.rank import Ranking
from checks.registry import checks_of_kind
from doctor import __version__
from doctor.ahead import arrived
from doctor.collectors.samples import describe
from doctor.endpoint.collecting import look
from doctor.endpoint.wishes import Listen, Wishes
from doctor.judging import Diagnosed, confirmed, ranked
from doctor.report import SCHEMA, Report, Timings, Verdict, summarise

WELL = range(200, 300)
NO_SCRIPT = Missing(reason=f"{NOT_ASKED}an entry script (doctor check score.py)")


def diagnose(url: str, wishes: Wishes, listen: Listen = lambda _: None) -> Diagnosed:
    """Diagnose a live service by its URL.

    Raises ConfigError for what is no URL, CannotExamine for a document that cannot be read.
    """
    began = time.perf_counter()
    seen = look(url, wishes, listen)
    collected = time.perf_counter()
    listen("judging")
    arrived()
    evidence = evidence_of(seen.endpoint, (seen.served,) if seen.served else (), wishes)
    checks = wishes.suppression.selected(checks_of_kind("url"))
    outcomes = tuple(run_check(check, evidence) for check in checks)
    ranking, suppressed = ranked(evidence, outcomes, wishes.suppression)
    confirm = _command(seen.endpoint, wishes)
    report = Report(
        schema=SCHEMA,
        version=__version__,
        target=evidence.target,
        verdict=_verdict(ranking, seen.endpoint),
        causes=tuple(confirmed(finding, confirm) for finding in ranking.causes),
        findings=tuple(confirmed(finding, confirm) for finding in ranking.findings),
        checks=summarise(outcomes),
        timings=Timings(collect=round(collected - began, 4), check=round(time.perf_counter() - collected, 4)),
        notes=(*_meant(url, seen.endpoint), *_notes(seen.endpoint, wishes, collected - began)),
        suppressed=len(suppressed),
        suppressions=suppressed,
    )
    return Diagnosed(report=report, evidence=evidence, outcomes=outcomes)


def evidence_of(endpoint: Endpoint, served: tuple[Document, ...], wishes: Wishes) -> Evidence:
    """The evidence of a live service, with what the person handed over."""
    documents = (*served, *wishes.documents)
    payloads = wishes.payloads
    return Evidence(
        target=Target(kind="url", name=endpoint.url),
        script=NO_SCRIPT,
        probe=NO_SCRIPT,
        deployment=Missing(reason=f"{NOT_ASKED}an endpoint or deployment file of Azure ML"),
        endpoint=endpoint,
        documents=Documents(items=documents) if documents else Missing(reason="the service hands out no description"),
        samples=Samples(items=tuple(describe(one.source, one.body) for one in payloads))
        if payloads
        else Missing(reason="no sample was given (--sample)"),
    )


def _meant(url: str, endpoint: Endpoint) -> tuple[str, ...]:
    """Where another path was asked than the one that was given: clients need the right one in their URL."""
    given = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", url.strip().strip("<>\"'"))
    path = "/" + re.split(r"[?#]", given, maxsplit=1)[0].partition("/")[2]
    asked = split(endpoint.url)[2]
    same = path.strip() == asked or quote(path.strip(), safe="/%:@!$&'()*+,;=~-._") == asked
    return () if same else (f"asked at {asked}, where inference servers score: the URL that was given ends in {path}",)


def _verdict(ranking: Ranking, endpoint: Endpoint) -> Verdict:
    """Healthy is a service that was seen to score."""
    if ranking.causes:
        return Verdict.FAILING
    scored = endpoint.of("score")
    well = scored and all(one.status in WELL and one.problem is None for one in scored)
    return Verdict.HEALTHY if well else Verdict.INCONCLUSIVE


def _command(endpoint: Endpoint, wishes: Wishes) -> str:
    words = ["doctor", "diagnose", "url", endpoint.url]
    words += [word for one in wishes.payloads for word in ("--sample", one.source)]
    if wishes.credential:
        words += [f"--{wishes.credential.kind}-env", wishes.credential.variable]
    words += ["--deployment", wishes.deployment] if wishes.deployment else []
    words += ["--origin", wishes.origin] if wishes.origin != Wishes.origin else []
    words += ["--ca", str(wishes.ca)] if wishes.ca else []
    return shlex.join(words)


def _notes(endpoint: Endpoint, wishes: Wishes, seconds: float) -> tuple[str, ...]:
    """Who answered, what was asked, and what was not."""
    names = {
        "managed": "a managed online endpoint",
        "kubernetes": "a service of Kubernetes behind azureml-fe",
        "container-instance": "a container instance",
        "server": "an inference server",
        "other": "a service of another kind",
    }
    notes = [f"taken for {names[endpoint.kind]}" + (f": {endpoint.how}" if endpoint.how else "")]
    told = list(dict.fromkeys(_told(one) for one in endpoint.calls if one.purpose != "series"))
    if told:
        notes.append(f"asked {', '.join(told)}")
    if endpoint.timing and endpoint.timing.seconds:
        times = sorted(endpoint.timing.seconds)
        middle = times[len(times) // 2]
        again = "1 more request" if len(times) == 1 else f"{len(times)} more requests"
        notes.append(f"{again} took {times[0]:.2f} to {times[-1]:.2f} s, half of them {middle:.2f} s")
    if not wishes.payloads:
        notes.append("nothing was scored: give a request body with --sample FILE")
    notes.append(f"looked at in {seconds:.1f} s")
    return tuple(notes)


def _told(one: Call) -> str:
    request = f"{one.method} {one.path}" + (f" with {one.sample}" if one.sample else "")
    if one.purpose in {"no-key", "wrong-key"}:
        request += " without a key" if one.purpose == "no-key" else " with a key that is made up"
    return f"{request}: {one.status or one.words or one.problem}"
