"""`doctor check PATH...`: read and rehearse entry scripts before their deploy."""

from pathlib import Path

import click

from doctor.command.outputs import Output

FAIL_ON = click.Choice(["error", "warning", "never"])


@click.command("check", no_args_is_help=True)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--sample",
    "samples",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A request body to send to run(); repeatable. [default: found beside the script]",
)
@click.option(
    "--model-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="What AZUREML_MODEL_DIR will hold. [default: model/ beside the script]",
)
@click.option(
    "--env",
    "environment",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The conda or requirements file of the deployment. [default: found beside the script]",
)
@click.option(
    "--set",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="An environment variable of the deployment; repeatable.",
)
@click.option("--python", metavar="EXE", help="The interpreter to rehearse with. [default: the active environment's]")
@click.option("--no-run", is_flag=True, help="Only read: nothing of the script is run.")
@click.option("--in-process", is_flag=True, help="Rehearse in doctor's own process, for breakpoints.")
@click.option("--timeout", type=click.FloatRange(min=0.1), metavar="SECONDS", help="For the rehearsal. [default: 60]")
@click.option("--memory", metavar="SIZE", help="Memory of the instance, as 2G. [default: 75 % of what is free]")
@click.option(
    "--verify/--no-verify",
    default=None,
    help="Prove fixes on a scratch copy. [default: when the rehearsal takes less than 2 s]",
)
@click.option("--fix", is_flag=True, help="Apply the fixes labelled safe.")
@click.option("--diff", "show_diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=Output(),
    metavar="FORMAT[=FILE]",
    help="text, json, sarif, junit, markdown or github, to standard output or a file; repeatable.",
)
@click.option("--fail-on", type=FAIL_ON, help="The gravest finding that may pass is below this. [default: error]")
@click.option("--select", multiple=True, metavar="IDS", help="Only these checks or families, comma separated.")
@click.option("--ignore", multiple=True, metavar="IDS", help="Not these checks or families, comma separated.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Findings recorded there stay quiet.")
@click.option("--write-baseline", is_flag=True, help="Record today's findings in the --baseline file.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Instead of doctor.toml or [tool.doctor] in pyproject.toml.",
)
@click.option(
    "--color/--no-color", default=None, help="Colour or not. [default: on a terminal, unless NO_COLOR is set]"
)
@click.option("-q", "--quiet", is_flag=True, help="Only causes; no narration.")
@click.option("-v", "--verbose", count=True, help="Everything that was found, and every check that was skipped.")
def command(paths: tuple[Path, ...], **given: object) -> int:
    """Say what will break when this service is deployed, and what to change.

    PATH is an entry script (score.py), or a folder that holds one. init() and run() are rehearsed in a process of their
    own on a scratch copy of the folder; nothing of yours is changed unless --fix is given.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 the call is wrong, 3 a target could not be examined,
    4 doctor itself failed.
    """
    from doctor.command.check_run import Call, check_all

    return check_all(Call.of(paths, given))
