"""`doctor check PATH...`: read and rehearse entry scripts, and read manifests, before their deploy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace as replace_options
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from doctor.baseline import write_baseline
from doctor.command.options import FILE, narrator, screen, telling, variables_of
from doctor.command.outputs import exit_code, write_outputs
from doctor.config import load_settings
from doctor.engine import Examination, Options
from doctor.errors import CannotExamine
from doctor.gate import (
    Refused,
    bodies_of,
    documents_of,
    examine_all,
    examine_in,
    fixed,
    manifests_of,
    preview,
    rehearsed,
    scripts_of,
)
from doctor.report import Report

if TYPE_CHECKING:
    from checks.contract.records import Document
    from doctor.cluster.preflight import Preflight


@click.command("check", no_args_is_help=False)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FILE)
@click.option(
    "--sample",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="A request body for run(), for a batch script a file; repeatable. [default: found beside the script]",
)
@click.option(
    "--model-dir",
    type=FILE,
    metavar="DIR",
    help="What AZUREML_MODEL_DIR will hold. [default: model/ beside the script]",
)
@click.option(
    "--env",
    type=FILE,
    metavar="FILE",
    help="The conda or requirements file of the deployment. [default: found beside the script]",
)
@click.option(
    "--set", multiple=True, metavar="NAME=VALUE", help="An environment variable of the deployment; repeatable."
)
@click.option("--python", metavar="EXE", help="The interpreter to rehearse with. [default: the active environment's]")
@click.option("--image", metavar="IMAGE", help="Deploy locally in this Docker image, and rehearse there.")
@click.option("--no-run", is_flag=True, help="Only read: nothing of the script is run.")
@click.option("--in-process", is_flag=True, help="Rehearse in doctor's own process, for breakpoints.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="How long init() and all calls of run() may take together. [default: 60]",
)
@click.option(
    "--memory", metavar="SIZE", help="Memory of the instance, as 2G. [default: three quarters of what is free]"
)
@click.option(
    "--verify/--no-verify",
    default=None,
    help="Prove fixes on a scratch copy. [default: when the rehearsal takes less than 2 s]",
)
@click.option(
    "--kubernetes-version",
    metavar="VERSION",
    help="The cluster's version, as 1.29, that manifests are held against. [default: the newest known]",
)
@click.option(
    "--against",
    metavar="FILE|URL",
    help="The swagger file, or the URL, of the version that clients use: tell what would break them.",
)
@click.option("--key-env", metavar="VAR", help="The environment variable that holds the key for the URL of --against.")
@click.option("--attack", is_flag=True, help="Try payloads made from the contract, valid and slightly invalid ones.")
@click.option("--fix", is_flag=True, help="Apply the fixes labelled safe.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@telling()
@click.option("--write-baseline", is_flag=True, help="Record today's findings in the --baseline file.")
@screen(verbose_help="Everything that was found, and every check that was skipped.")
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Say what will break when this service is deployed, and what to change.

    PATH is an entry script (score.py), a description of the service (swagger.json), a Kubernetes manifest
    (deployment.yaml), or a folder that holds them. init() and run() are rehearsed in a process of their own on a
    scratch copy of the folder; nothing of yours is changed unless --fix is given. With --image the service is deployed
    into a throwaway container of that image, its server started, and health, swagger and samples tried.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 the call is wrong, 3 a target could not be examined,
    4 doctor itself failed.
    """
    described, undescribed = documents_of(paths)
    bodies, undescribed = bodies_of(undescribed)
    if bodies and not described and not undescribed:
        raise click.UsageError(
            f"{bodies[0]} is a request body; name what it is for, too: doctor check score.py --sample {bodies[0]}"
        )
    given["sample"] = (*given["sample"], *bodies)
    settings = load_settings(paths[0], config=given["config"], flags=_flags(given))
    options = Options.of(settings, in_process=given["in_process"], with_baseline=not given["write_baseline"])
    if given["write_baseline"] and settings.baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE: the file to write")
    _refuse_clashes(given)
    listen = narrator(quiet=given["quiet"])
    image = given["image"]
    manifests, others = ([], undescribed) if image else manifests_of(undescribed)
    scripts, refused = scripts_of(others)
    if given["attack"] and described and not others:
        raise click.UsageError(
            "--attack tries payloads on an entry script; name it, too: doctor check score.py --attack"
        )
    documents = _documents(described if scripts else (), given)
    options = replace_options(options, documents=documents, attack=given["attack"])
    refused = [one for one in refused if not _holds(one[0], manifests)]
    if given["kubernetes_version"] and not manifests and not refused:
        raise click.UsageError("--kubernetes-version is for manifests, and the paths hold none")
    found: list[Examination] = []
    examined = examine_in(image, scripts, options, listen) if image else examine_all(scripts, options, listen)
    for result in examined:
        if isinstance(result, Examination):
            found.append(result)
        else:
            refused.append(result)
    if given["fix"]:
        found = [_fix(one, options, listen) for one in found]
    reports = [one.report for one in found]
    of_documents = list(_described(described, options, given["against"], refused)) if described and not scripts else []
    reports += of_documents
    preflight = _preflight(manifests, given, options, found, refused, listen) if manifests else None
    reports += preflight.reports if preflight else []
    listen("")
    if given["diff"]:
        changes = "".join(preview(one) for one in found) + (preflight.preview() if preflight else "")
        click.echo(changes, nl=False)
        if not changes and not refused:
            click.echo("doctor: --fix would change nothing", err=True)
    elif reports or not refused:
        write_outputs(reports, given["output"], color=given["color"], verbose=given["verbose"], quiet=given["quiet"])
    if given["write_baseline"] and settings.baseline is not None:
        of_files = preflight.of_files() if preflight else []
        number = write_baseline(settings.baseline, [*map(_of_script, found), *of_documents, *of_files])
        click.echo(f"{number} findings are recorded in {settings.baseline}; from now on they stay quiet", err=True)
    for _, error in refused:
        click.echo(f"doctor: {error}", err=True)
    return exit_code(reports, settings.fail_on, refused=bool(refused), recorded=given["write_baseline"])


def _documents(described: Sequence[Path], given: Mapping[str, Any]) -> tuple["Document", ...]:
    """The descriptions that belong to every target: those given beside a script, and the one of --against."""
    if not described and not given["against"]:
        return ()
    from doctor.contract.against import old_document
    from doctor.contract.documents import read_document

    found = tuple(read_document(path, "given") for path in described)
    return (*found, old_document(given["against"], given["key_env"])) if given["against"] else found


def _described(
    paths: Sequence[Path], options: Options, against: str | None, refused: list[Refused]
) -> Iterator[Report]:
    """The reports of descriptions that were given without a script."""
    from doctor.contract.examination import examine_document

    for path in paths:
        try:
            yield examine_document(path, options, against)
        except CannotExamine as error:
            refused.append((path, error))


def _holds(folder: Path, manifests: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for path in manifests)


def _preflight(
    manifests: Sequence[Path],
    given: Mapping[str, Any],
    options: Options,
    found: Sequence[Examination],
    refused: list[Refused],
    listen: Callable[[str], None],
) -> "Preflight | None":
    """Examine manifests, beside what the rehearsals of this run showed; with --fix, until no safe fix is left."""
    from doctor.cluster.preflight import checked, readable

    manifests, unreadable = readable(manifests)
    refused += unreadable
    if not manifests:
        return None
    preflight, made = checked(
        manifests,
        version=given["kubernetes_version"],
        options=options,
        rehearsed=rehearsed(found),
        fix=given["fix"],
        listen=listen,
    )
    if given["fix"]:
        _tell_fixed(", ".join(map(str, manifests)), made, listen)
    return preflight


def _of_script(found: Examination) -> Report:
    """The report under the script's own path, by which a baseline is read, also where the target is a deployment."""
    return replace(found.report, target=replace(found.report.target, name=str(found.path)))


def _refuse_clashes(given: Mapping[str, Any]) -> None:
    """Raise click.UsageError for options that mean nothing together."""
    if given["key_env"] and not (given["against"] or "").startswith(("http://", "https://")):
        raise click.UsageError("--key-env is for the URL of --against")
    for name in ("no_run", "in_process"):
        if given["attack"] and given[name]:
            raise click.UsageError(f"--attack runs the service; it does not go with --{name.replace('_', '-')}")
    if given["image"] is None:
        return
    if not given["image"].strip():
        raise click.UsageError("--image is empty; give the name or id of an image (docker images)")
    for name in ("no_run", "in_process", "python", "fix", "diff", "verify", "attack"):
        if given[name]:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"{option} and --image do not go together; leave one of them out")


def _flags(given: Mapping[str, Any]) -> dict[str, object]:
    """The command line's values by the field names of Settings."""
    same = ("select", "ignore", "fail_on", "timeout", "memory", "model_dir", "env", "python", "baseline", "verify")
    return {
        **{name: given[name] for name in same},
        "samples": given["sample"],
        "variables": variables_of(given["set"]),
        "run": False if given["no_run"] else None,
    }


def _fix(found: Examination, options: Options, listen: Callable[[str], None]) -> Examination:
    after, made = fixed(found, options, listen)
    _tell_fixed(found.report.target.name, made, listen)
    return after


def _tell_fixed(name: str, made: int, listen: Callable[[str], None]) -> None:
    listen("")
    safe = "no safe fix to apply" if not made else f"{made} safe edit{'s' if made > 1 else ''} applied"
    click.echo(f"{name}: {safe}", err=True)
