"""`doctor diagnose docker NAME`, `k8s NAME` and `url URL`: from what is deployed to what to change."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checks.registry import checks_of_kind
from doctor.ahead import ahead
from doctor.command.apply import apply_first, refuse_unattended
from doctor.command.options import FILE, narrator, screen, telling, variables_of
from doctor.command.outputs import exit_code, write_outputs
from doctor.config import load_settings
from doctor.reports import FORMATS
from doctor.suppress import Suppression

if TYPE_CHECKING:
    from doctor.cluster.wishes import Wishes


@click.group("diagnose")
def command() -> None:
    """Say why a deployed service does not start or answers wrongly, and what to change."""


def complete_container(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Containers for the shell's completion; none where no engine answers at once."""
    from doctor.containers.engine import connect
    from doctor.errors import CannotExamine

    try:
        with connect(patience=2) as engine:
            return [name for name in engine.names() if name.startswith(incomplete)]
    except CannotExamine:
        return []


def _unnamed() -> click.UsageError:
    """What is said of a call without a name: which ones there are. Raises CannotExamine when no engine answers."""
    from doctor.containers.engine import connect

    with connect() as engine:
        there = "\n".join(f"  {name}  ({status})" for name, status in engine.names().items())
    return click.UsageError(f"name the container:\n{there}" if there else "name the container; the engine has none")


@command.command("docker")
@click.argument("name", metavar="NAME", required=False, shell_complete=complete_container)
@click.option(
    "--source", type=FILE, metavar="DIR", help="Your own folder of the code, to be held against what is inside."
)
@click.option("--env", type=FILE, metavar="FILE", help="The conda or requirements file. [default: found inside]")
@click.option("--sample", multiple=True, type=FILE, metavar="FILE", help="A request body to score with; repeatable.")
@click.option(
    "--rehearse/--no-rehearse",
    default=None,
    help="Try the service in a throwaway container. [default: where it was not seen to answer]",
)
@click.option("--network", is_flag=True, help="The rehearsal may use the network.")
@click.option("--set", multiple=True, metavar="NAME=VALUE", help="A variable for the rehearsal; repeatable.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="How long the rehearsal may take. [default: 60]",
)
@click.option("--since", metavar="TIME", help="Only the log since then, as 10m or 2026-11-20T18:00:00.")
@click.option("--tail", type=click.IntRange(min=1), metavar="N", help="Only the last N lines of the log.")
@telling()
@screen(verbose_help="Everything that was found, and every check that was skipped.")
def docker(name: str | None, **given: Any) -> int:
    """Say why a container of a scoring service does not work.

    NAME is the container's name or id. Its state, log and files are read, and nothing of it is changed. Where the
    service was not seen to answer, it is rehearsed in a throwaway container of the same image, which is removed.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 the call is wrong, 3 the container could not be
    examined, 4 doctor itself failed.
    """
    if name is None:
        raise _unnamed()
    same = ("select", "ignore", "fail_on", "timeout", "env", "baseline")
    flags = {one: given[one] for one in same} | {"samples": given["sample"], "variables": variables_of(given["set"])}
    settings = load_settings(given["source"] or Path(), config=given["config"], flags=flags)
    from doctor.containers.diagnosis import diagnose
    from doctor.containers.wishes import Wishes

    listen = narrator(quiet=given["quiet"])
    wishes = Wishes(
        source=given["source"],
        environment=settings.env,
        samples=settings.samples,
        rehearse=given["rehearse"],
        network=given["network"],
        timeout=settings.timeout,
        since=given["since"],
        tail=given["tail"],
        variables=settings.variables,
        suppression=Suppression.of(settings),
    )
    formats = [FORMATS[one] for one, _ in given["output"]] or [FORMATS["text"]]
    ahead(partial(checks_of_kind, "container"), *(partial(import_module, module) for module in formats))
    try:
        report = diagnose(name, wishes, listen).report
    finally:
        listen("")
    write_outputs([report], given["output"], color=given["color"], verbose=given["verbose"], quiet=given["quiet"])
    return exit_code([report], settings.fail_on)


def complete_target(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Workloads for the shell's completion; none where no server answers at once."""
    from doctor.cluster.diagnosis import names
    from doctor.errors import DoctorError

    try:
        return [name for name in names(_cluster_wishes(context.params, patience=3)) if name.startswith(incomplete)]
    except DoctorError:
        return []


def _complete_context(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Contexts for the shell's completion."""
    from doctor.cluster.api import contexts

    return [name for name in contexts(context.params.get("kubeconfig")) if name.startswith(incomplete)]


@command.command("k8s", short_help="Say why a workload of a cluster is not up or does not answer.")
@click.argument("target", metavar="[KIND/]NAME", nargs=-1, shell_complete=complete_target)
@click.option("-n", "--namespace", metavar="NS", help="The namespace. [default: that of the context]")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="Every workload of the cluster.")
@click.option("-l", "--selector", "labels", default="", metavar="LABELS", help="Only what carries them, as app=score.")
@click.option("-c", "--container", metavar="NAME", help="Only this container's logs.")
@click.option("--context", metavar="NAME", shell_complete=_complete_context, help="The context of the kubeconfig.")
@click.option("--kubeconfig", type=FILE, metavar="FILE", help="[default: as kubectl finds it]")
@click.option("--inside/--no-inside", default=None, help="Look into the running container. [default: for one target]")
@click.option("--rehearse", is_flag=True, help="Try the service in a copy of its pod, which is deleted afterwards.")
@click.option("--sample", multiple=True, type=FILE, metavar="FILE", help="A request body to score with; repeatable.")
@click.option(
    "--source", type=FILE, metavar="DIR", help="Your own folder of the code, to be held against what is inside."
)
@click.option("--env", type=FILE, metavar="FILE", help="The conda or requirements file. [default: found inside]")
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), metavar="SECONDS", help="How long everything may take. [default: 120]"
)
@click.option("--since", metavar="TIME", help="Only the logs since then, as 10m or 2026-11-20T18:00:00Z.")
@click.option("--tail", type=click.IntRange(min=1), metavar="N", help="Only the last N lines of each log.")
@click.option("--apply", is_flag=True, help="Show what the first cause's patch changes, ask, and apply it.")
@click.option("--yes", is_flag=True, help="Apply without asking.")
@telling()
@screen(verbose_help="Everything that was found, healthy workloads too, and every check that was skipped.")
def k8s(target: tuple[str, ...], **given: Any) -> int:
    """Say why a workload of a Kubernetes cluster is not up or does not answer.

    KIND/NAME is a deployment, pod, replica set, stateful set, daemon set, job, service or ingress; without it every
    workload of the namespace (-n), of the selector (-l) or of the cluster (-A) is looked at. Lists, events and logs are
    read, a running container is looked into, and nothing is changed unless --rehearse or --apply is given.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 the call is wrong, 3 the cluster could not be examined,
    4 doctor itself failed.
    """
    same = ("select", "ignore", "fail_on", "timeout", "env", "baseline")
    flags = {one: given[one] for one in same} | {"samples": given["sample"]}
    settings = load_settings(given["source"] or Path(), config=given["config"], flags=flags)
    if given["yes"] and not given["apply"]:
        raise click.UsageError("--yes means something only with --apply")
    if given["apply"]:
        refuse_unattended(asked=not given["yes"])
    from doctor.cluster.diagnosis import diagnose

    listen = narrator(quiet=given["quiet"])
    wishes = replace(
        _cluster_wishes(given),
        source=given["source"],
        environment=settings.env,
        samples=settings.samples,
        suppression=Suppression.of(settings),
    )
    formats = [FORMATS[one] for one, _ in given["output"]] or [FORMATS["text"]]
    ahead(partial(checks_of_kind, "workload"), *(partial(import_module, module) for module in formats))
    try:
        found = diagnose(target, wishes, listen)
    finally:
        listen("")
    write_outputs(found.reports, given["output"], color=given["color"], verbose=given["verbose"], quiet=given["quiet"])
    if not given["quiet"]:
        for note in found.notes:
            click.echo(note, err=True)
    if given["apply"]:
        apply_first(found.reports, wishes.access, asked=not given["yes"])
    return exit_code(found.reports, settings.fail_on)


@command.command("url")
@click.argument("url", metavar="URL")
@click.option("--sample", multiple=True, type=FILE, metavar="FILE", help="A request body to score with; repeatable.")
@click.option("--key-env", metavar="VAR", help="The environment variable that holds the key.")
@click.option("--token-env", metavar="VAR", help="The environment variable that holds the token.")
@click.option("--deployment", metavar="NAME", help="The deployment of a managed endpoint, past its traffic rules.")
@click.option("--against", metavar="FILE|URL", help="A swagger file to hold what the service hands out against.")
@click.option("--origin", metavar="URL", help="The page that would call it, for CORS. [default: https://example.com]")
@click.option("--ca", type=FILE, metavar="FILE", help="Certificates to trust, in PEM form.")
@click.option(
    "--series",
    type=click.IntRange(0, 50),
    default=5,
    show_default=True,
    metavar="N",
    help="More requests with the first sample, one after the other, to see how times differ.",
)
@click.option(
    "--patience",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long one request may take.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), metavar="SECONDS", help="How long everything may take. [default: 60]"
)
@telling()
@screen(verbose_help="Everything that was found, and every check that was skipped.")
def url(url: str, **given: Any) -> int:
    """Say why a live service does not answer, or answers wrongly.

    URL is the scoring URL. Name, connection and certificate are looked at, then health, swagger and CORS are asked.
    Only what --sample gives is scored. Key and token are read from the environment, sent to that host alone, and
    never shown.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 the call is wrong, 3 the service could not be examined,
    4 doctor itself failed.
    """
    same = ("select", "ignore", "fail_on", "timeout", "baseline")
    flags = {one: given[one] for one in same} | {"samples": given["sample"]}
    settings = load_settings(Path(), config=given["config"], flags=flags)
    from doctor.collectors.samples import read_sample
    from doctor.endpoint.credentials import credential_of
    from doctor.endpoint.diagnosis import diagnose
    from doctor.endpoint.wishes import Wishes
    from doctor.probe.launcher import Payload

    credential = credential_of(given["key_env"], given["token_env"])
    if given["ca"] and not given["ca"].is_file():
        raise click.UsageError(f"--ca {given['ca']} is no file; give certificates in PEM form")
    from doctor.contract.against import old_document

    documents = (old_document(given["against"], given["key_env"]),) if given["against"] else ()
    listen = narrator(quiet=given["quiet"])
    wishes = Wishes(
        payloads=tuple(Payload(source=str(path), body=read_sample(path)) for path in settings.samples),
        credential=credential,
        timeout=given["patience"],
        total=settings.timeout,
        series=given["series"],
        deployment=given["deployment"],
        origin=given["origin"] or Wishes.origin,
        ca=given["ca"],
        documents=documents,
        suppression=Suppression.of(settings),
    )
    formats = [FORMATS[one] for one, _ in given["output"]] or [FORMATS["text"]]
    ahead(partial(checks_of_kind, "url"), *(partial(import_module, module) for module in formats))
    try:
        report = diagnose(url, wishes, listen).report
    finally:
        listen("")
    write_outputs([report], given["output"], color=given["color"], verbose=given["verbose"], quiet=given["quiet"])
    return exit_code([report], settings.fail_on)


def _cluster_wishes(given: Mapping[str, Any], *, patience: float | None = None) -> "Wishes":
    """The wishes that the options of the scope amount to."""
    from doctor.cluster.api import SECONDS, Access
    from doctor.cluster.wishes import Wishes

    seconds = patience or given.get("timeout") or SECONDS
    access = Access(given.get("kubeconfig"), given.get("context"), seconds)
    same = ("namespace", "everywhere", "container", "inside", "since", "tail")
    return Wishes(
        access=replace(access, patience=min(access.patience, seconds)),
        labels=given.get("labels") or "",
        rehearse=bool(given.get("rehearse")),
        **{name: given[name] for name in same if given.get(name) is not None},
    )
