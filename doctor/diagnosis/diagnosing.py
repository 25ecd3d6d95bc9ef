"""From a call to its diagnoses: the same ways as those of the commands, chosen by the kind of target."""

import hashlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from checks.evidence import EnvironmentFile, Evidence, Log, Logs, Script, Target
from doctor.config import load_settings
from doctor.diagnosis.call import Call, Kind
from doctor.diagnosis.result import Diagnosis, Done
from doctor.errors import CannotExamine
from doctor.report import Report
from doctor.settings import Settings
from doctor.suppress import Suppression

if TYPE_CHECKING:
    from doctor.engine import Options
    from doctor.judging import Diagnosed

Listen = Callable[[str], None]


def diagnose(call: Call, listen: Listen = lambda _: None) -> Done:
    """Diagnose what the call names. `listen` is told of every step.

    Raises CannotExamine and ConfigError as the command of the same meaning does.
    """
    began = time.perf_counter()
    done = _WAYS[call.kind](call, listen)
    return replace(done, seconds=round(time.perf_counter() - began, 4))


def _settings(call: Call, folder: Path) -> Settings:
    flags = {
        "samples": call.samples,
        "model_dir": call.model_dir,
        "env": call.environment,
        "python": call.python,
        "variables": call.variables,
        "timeout": call.timeout,
        "memory": call.memory,
        "run": None if call.run else False,
        "verify": True if call.verify else None,
    }
    return load_settings(folder, flags=flags)


def options_of(call: Call) -> "Options":
    """The options with which the call's script is examined. Raises ConfigError."""
    from doctor.engine import Options

    return Options.of(_settings(call, Path(call.name)))


def _files(call: Call, listen: Listen) -> Done:
    """Scripts, manifests and descriptions: a file of one kind, or all that a folder holds."""
    from doctor.engine import Options
    from doctor.gate import documents_of, examine_all, examine_in, manifests_of, rehearsed, scripts_of

    path = Path(call.name)
    options = Options.of(_settings(call, path))
    described, others = documents_of([path])
    if described:
        from doctor.contract.examination import examine_document

        report = examine_document(path, options)
        return Done(diagnosed=(_kept(call, report, Evidence(target=report.target)),))
    manifests, others = ([], others) if call.image else manifests_of(others)
    scripts, refused = scripts_of(others)
    reasons = [str(error) for folder, error in refused if not any(one.is_relative_to(folder) for one in manifests)]
    options = _with_attack(options, call)
    found = []
    examined = examine_in(call.image, scripts, options, listen) if call.image else examine_all(scripts, options, listen)
    for number, one in enumerate(examined, 1):
        if len(scripts) > 1:
            listen(f"{number} of {len(scripts)} scripts examined")
        if isinstance(one, tuple):
            reasons.append(str(one[1]))
        else:
            found.append(one)
    diagnosed = [_kept(_narrowed(call, "script", str(one.path)), one.report, one.evidence) for one in found]
    if manifests:
        from doctor.cluster.preflight import examine_manifests, readable

        manifests, unreadable = readable(manifests)
        reasons += [str(error) for _, error in unreadable]
        suppression = options.suppression
        if manifests:
            checked = examine_manifests(manifests, suppression=suppression, rehearsed=rehearsed(found), listen=listen)
            for report in checked.reports:
                of_file = _narrowed(call, "manifest", str(manifests[0]) if len(manifests) == 1 else call.name)
                diagnosed.append(_kept(of_file, report, Evidence(target=report.target)))
    if not diagnosed and reasons:
        raise CannotExamine("; ".join(reasons))
    return Done(diagnosed=tuple(diagnosed), refused=tuple(reasons))


def _with_attack(options: "Options", call: Call) -> "Options":
    from dataclasses import replace as replace_options

    return replace_options(options, attack=call.attack)


def _narrowed(call: Call, kind: Kind, name: str) -> Call:
    return replace(call, kind=kind, name=name)


def _container(call: Call, listen: Listen) -> Done:
    from doctor.ahead import ahead
    from doctor.containers.diagnosis import diagnose as diagnose_container
    from doctor.containers.wishes import Wishes

    settings = _settings(call, _folder(call))
    wishes = Wishes(
        source=Path(call.source) if call.source else None,
        environment=settings.env,
        samples=settings.samples,
        rehearse=call.rehearse,
        network=call.network,
        timeout=settings.timeout,
        variables=settings.variables,
        suppression=Suppression.of(settings),
    )
    ahead(partial(_checks, "container"))
    return Done(diagnosed=(_of(call, diagnose_container(call.name, wishes, listen)),))


def _workload(call: Call, listen: Listen) -> Done:
    from doctor.ahead import ahead
    from doctor.cluster.api import SECONDS, Access
    from doctor.cluster.diagnosis import diagnose as diagnose_workloads
    from doctor.cluster.wishes import Wishes

    settings = _settings(call, _folder(call))
    seconds = call.timeout or SECONDS
    kubeconfig = Path(call.kubeconfig) if call.kubeconfig else None
    wishes = Wishes(
        access=Access(kubeconfig, call.context, seconds, min(Access.patience, seconds)),
        namespace=call.namespace,
        everywhere=call.everywhere,
        labels=call.labels,
        container=call.container,
        source=Path(call.source) if call.source else None,
        environment=settings.env,
        samples=settings.samples,
        rehearse=bool(call.rehearse),
        variables=settings.variables,
        suppression=Suppression.of(settings),
    )
    ahead(partial(_checks, "workload"))
    found = diagnose_workloads((call.name,) if call.name else (), wishes, listen)
    diagnosed = tuple(_of(_one_of(call, one.report.target), one) for one in found.diagnosed)
    return Done(diagnosed=diagnosed, notes=found.notes)


def _one_of(call: Call, target: Target) -> Call:
    """The call for one workload of a scan: its target is named `NAMESPACE/KIND/NAME`."""
    namespace, _, name = target.name.partition("/")
    return replace(call, name=name, namespace=namespace, everywhere=False, labels="") if name else call


def _url(call: Call, listen: Listen) -> Done:
    from doctor.ahead import ahead
    from doctor.collectors.samples import read_sample
    from doctor.endpoint.credentials import credential_of
    from doctor.endpoint.diagnosis import diagnose as diagnose_url
    from doctor.endpoint.wishes import Wishes
    from doctor.probe.launcher import Payload

    settings = _settings(call, Path())
    wishes = Wishes(
        payloads=tuple(Payload(source=str(path), body=read_sample(path)) for path in settings.samples),
        credential=credential_of(call.key_variable, call.token_variable),
        total=settings.timeout,
        deployment=call.deployment,
        suppression=Suppression.of(settings),
    )
    ahead(partial(_checks, "url"))
    return Done(diagnosed=(_of(call, diagnose_url(call.name, wishes, listen)),))


def _log(call: Call, listen: Listen) -> Done:
    from doctor.logs.inputs import Refused, find_inputs
    from doctor.logs.reading import read_logs
    from doctor.triage import triage

    suppression = Suppression.of(_settings(call, Path(call.name) if Path(call.name).exists() else Path()))
    diagnosed: list[Diagnosis] = []
    refused: list[str] = []
    for one in find_inputs([call.name]):
        if isinstance(one, Refused):
            refused.append(f"{one.path}: {one.reason}")
            continue
        listen(f"reading {one.path}")
        logs: list[Log] = []  # those that came before an error stay
        try:
            logs.extend(read_logs(Path(one.path)))
        except (CannotExamine, OSError) as error:
            refused.append(str(error))
        listen("judging")
        diagnosed += [_kept(call, triage(log, suppression), _evidence_of(log)) for log in logs]
    if not diagnosed:
        raise CannotExamine("; ".join(refused) or f"{call.name} holds no log")
    return Done(diagnosed=tuple(diagnosed), refused=tuple(refused))


def _evidence_of(log: Log) -> Evidence:
    return Evidence(target=Target(kind="log", name=log.source), logs=Logs(items=(log,)))


def _report(call: Call, listen: Listen) -> Done:
    from doctor.bundle import read

    listen(f"reading {call.name}")
    return read(Path(call.name))


_WAYS: dict[str, Callable[[Call, Listen], Done]] = {
    "script": _files,
    "document": _files,
    "manifest": _files,
    "folder": _files,
    "container": _container,
    "workload": _workload,
    "url": _url,
    "log": _log,
    "report": _report,
}


def _checks(kind: str) -> object:
    from checks.registry import checks_of_kind

    return checks_of_kind(kind)


def _folder(call: Call) -> Path:
    return Path(call.source) if call.source else Path()


def _of(call: Call, found: "Diagnosed") -> Diagnosis:
    return _kept(call, found.report, found.evidence)


def _kept(call: Call, report: Report, evidence: Evidence | None) -> Diagnosis:
    return Diagnosis(call=call, report=report, evidence=evidence, digests=digests(report, evidence))


def digests(report: Report, evidence: Evidence | None) -> dict[str, str]:
    """SHA-256 sums of the files that the report's fixes would edit, as they were read."""
    paths = {edit.path for finding in report.findings for fix in finding.fixes for edit in fix.edits}
    texts = dict(_texts(evidence)) if evidence else {}
    sums: dict[str, str] = {}
    for path in sorted(paths):
        try:
            content = texts[path] if path in texts else Path(path).read_bytes()
        except OSError:
            continue
        sums[path] = hashlib.sha256(content).hexdigest()
    return sums


def _texts(evidence: Evidence) -> Iterator[tuple[str, bytes]]:
    """The files whose text is evidence, as bytes."""
    for one in (*evidence.code, evidence.environment):
        if isinstance(one, (Script, EnvironmentFile)) and not getattr(one, "undecodable", None):
            yield one.path, one.text.encode(one.encoding, errors="replace")
