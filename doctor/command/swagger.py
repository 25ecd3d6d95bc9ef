"""`doctor swagger SCRIPT`: what a script will serve as /swagger.json, without its server."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doctor.command.options import FILE, narrator, variables_of
from doctor.errors import CannotExamine

if TYPE_CHECKING:
    from checks.contract.records import Interface, Json


@click.command("swagger", no_args_is_help=False)
@click.argument("path", metavar="SCRIPT", type=FILE)
@click.option(
    "--version",
    type=click.Choice(["2", "3", "3.1", "2.0", "3.0"]),
    metavar="2|3|3.1",
    help="Which version a client asks for. [default: 2, as at the server]",
)
@click.option(
    "--set",
    multiple=True,
    metavar="NAME=VALUE",
    help="An environment variable of the deployment (SERVICE_NAME, SERVICE_PATH_PREFIX ...); repeatable.",
)
@click.option(
    "--model-dir",
    type=FILE,
    metavar="DIR",
    help="What AZUREML_MODEL_DIR will hold. [default: model/ beside the script]",
)
@click.option("--python", metavar="EXE", help="The interpreter to import with. [default: the active environment's]")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="How long the import of the script may take. [default: 60]",
)
@click.option("--config", type=FILE, metavar="FILE", help="Instead of doctor.toml or [tool.doctor] in pyproject.toml.")
@click.option("-q", "--quiet", is_flag=True, help="Only the document; no narration.")
def command(path: Path, **given: Any) -> int:
    """Print what a script will serve as /swagger.json.

    SCRIPT is an entry script (score.py), or a folder that holds one. It is imported in a process of its own on a
    scratch copy of the folder; init() and run() are not called.

    Exit codes: 0 printed, 2 the call is wrong, 3 the script cannot be imported or that version is not served, 4 doctor
    itself failed.
    """
    from doctor.command.outputs import echo
    from doctor.config import load_settings
    from doctor.contract.declared import declared
    from doctor.contract.served import NotServed, served

    flags = {name: given[name] for name in ("model_dir", "python", "timeout")}
    flags["variables"] = variables_of(given["set"])
    if given["model_dir"] and not given["model_dir"].exists():
        raise click.UsageError(f"--model-dir {given['model_dir']} is not there; give the folder that holds the model")
    settings = load_settings(path, config=given["config"], flags=flags)
    script = _only_script(path)
    app_root = _app_root(script, settings.variables)
    listen = narrator(quiet=given["quiet"])
    listen(f"importing {script}")
    try:
        interface = declared(
            script,
            model_dir=settings.model_dir,
            python=settings.python,
            timeout=settings.timeout,
            variables=settings.variables,
        )
    finally:
        listen("")
    try:
        document = served(interface, given["version"] or "2", app_root, settings.variables)
    except NotServed as error:
        there = f"; --version {error.versions[0]} prints one that is" if error.versions else ""
        raise CannotExamine(f"GET /swagger.json answers 404: {error}{there}") from error
    if not given["quiet"]:
        for line in _notes(interface, script, app_root, given["version"] or "2", document):
            click.echo(f"doctor: {line}", err=True)
    echo(_written(document) + "\n")
    return 0


def _only_script(path: Path) -> Path:
    from doctor.collectors.script import find_scripts

    if path.suffix.lower() in {".json", ".yaml", ".yml"}:
        raise click.UsageError(f"{path} is no entry script; what is wrong with a description says: doctor check {path}")
    scripts = find_scripts(path)
    if len(scripts) > 1:
        named = ", ".join(str(one) for one in scripts[:5])
        raise CannotExamine(f"{path} holds {len(scripts)} entry scripts; name one of {named}")
    return scripts[0]


def _app_root(script: Path, variables: Mapping[str, str]) -> Path:
    """The folder in which the server looks for files of the person's own: the script's, unless the call names one."""
    named = variables.get("AML_APP_ROOT")
    return Path(named) if named and Path(named).is_dir() else script.parent


def _notes(interface: "Interface", script: Path, app_root: Path, version: str, document: "Json") -> Iterator[str]:
    from doctor.contract.served import own_document

    own = own_document(version, app_root)
    if own is not None:
        yield f"{own[0]} is served as it is; what run() declares is not asked"
    else:
        if app_root == script.parent:
            yield (
                f"AML_APP_ROOT is taken to be the folder of {script.name}; "
                "where the deployment's is another, --set AML_APP_ROOT=<folder>"
            )
        if "swagger" in script.read_text(encoding="utf-8", errors="replace"):
            yield "init() was not called: a swagger.json that it writes is not seen"
        if interface.kind != "schema":
            yield "run() has no @input_schema: the document says nothing about the payload"
    if (place := _no_json(document)) is not None:
        yield f"the server will serve this, and it is no JSON: {place} is NaN or infinite, and strict clients refuse it"


def _no_json(document: "Json") -> str | None:
    """The JSON pointer of the first number that JSON has no word for."""
    waiting = [("", document)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, float) and not math.isfinite(value):
            return pointer
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        below = [(f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}", part) for key, part in parts]
        waiting += reversed(below)
    return None


def _written(document: "Json") -> str:
    try:
        return json.dumps(document, indent=2)
    except RecursionError:  # Python indents only what is not nested too deeply
        return json.dumps(document)
