"""`doctor tui [TARGET]`: find the line and fix it without leaving the screen."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from doctor.command.target import FILE, KINDS, call_given, of_target, refuse, text_of

if TYPE_CHECKING:
    from doctor.diagnosis.call import Call

OF_LISTS = frozenset({"namespace", "context", "kubeconfig"})


@click.command("tui")
@click.argument("target", metavar="[TARGET]", nargs=-1)
@click.option("--record", type=FILE, metavar="FILE", help="Open a saved report (-o json) or support bundle.")
@of_target
@click.option("--watch", is_flag=True, help="Renew the diagnosis whenever the target changes.")
@click.option("--color/--no-color", default=None, help="[default: in colours, unless NO_COLOR is set]")
@click.option("--browser", is_flag=True, help="Serve the screens to a browser of this machine, until Ctrl-C.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="The port for --browser. [default: a free one]"
)
@click.option("--served", is_flag=True, hidden=True)
def command(target: tuple[str, ...], **given: Any) -> int:
    """Find the line and fix it without leaving the screen.

    TARGET is what the other verbs take: score.py, a folder, swagger.json, deployment.yaml or a log; docker NAME;
    k8s [KIND/]NAME; url URL. Without one, doctor shows what there is: scripts below the folder, containers, clusters.

    Exit codes: 0 you left, 2 the call is wrong, 4 doctor itself failed.
    """
    if given["record"] and target:
        raise click.UsageError("--record opens what was saved; leave the target out")
    if given["color"] is not None:
        os.environ.pop("NO_COLOR", None)
        os.environ |= {} if given["color"] else {"NO_COLOR": "1"}
    if given["browser"]:
        return _browse(target, given)
    if given["port"] is not None:
        raise click.UsageError("--port is for --browser")
    if given["served"]:
        os.environ["TEXTUAL_DRIVER"] = "tui.served:Driver"
    from tui.ending import missing_terminal, wrong_variable

    call = _call(target, given)
    if why := wrong_variable():
        from doctor.errors import ConfigError

        raise ConfigError(why)
    if why := missing_terminal():
        from doctor.errors import ConfigError

        raise ConfigError(f"{why}; {_instead(call)} prints the diagnosis")
    from tui.app import DoctorApp

    app = DoctorApp(call, Path(), clusters=None if call else _clusters(given))
    app.state.watching = given["watch"]
    if not given["served"]:
        for name in ("COLUMNS", "LINES"):  # which some shells export: the terminal says more, also when it is resized
            os.environ.pop(name, None)
    app.run()
    return app.return_code or 0


def _instead(call: "Call | None") -> str:
    """The command that tells the same without a screen."""
    if call is None:
        return "`doctor check score.py` or `doctor diagnose docker NAME`"
    return f"`doctor triage {call.name}`" if call.kind == "report" else f"`{call.command}`"


def _browse(target: tuple[str, ...], given: dict[str, Any]) -> int:
    """Serve the screens. What is wrong with the call is told here, not on a page."""
    from doctor.errors import ConfigError

    _call(target, given)
    try:
        from tui.serving import serve
    except ImportError as error:
        raise ConfigError("--browser needs textual-serve: pip install 'deployment-doctor[browser]'") from error
    serve(_words(), given["port"] or 0, lambda url: click.echo(f"{url}\nfor this machine only; Ctrl-C ends it"))
    return 0


def _words() -> list[str]:
    """The same call for each page: the options that were given, then the target."""
    context = click.get_current_context()
    words = []
    for option in context.command.params:
        name = option.name or ""
        said = context.get_parameter_source(name) == ParameterSource.COMMANDLINE
        if not said or not isinstance(option, click.Option) or name in {"browser", "port"}:
            continue
        value = context.params[name]
        if option.is_flag:
            words.append((option.opts if value else option.secondary_opts)[-1])
        else:
            for one in value if option.multiple else [value]:
                words += [option.opts[-1], str(one)]
    return [*words, "--", *context.params["target"]]


def _call(target: tuple[str, ...], given: dict[str, Any]) -> "Call | None":
    """What the command line names. What only a diagnosis needs is loaded for one: the first paint waits for nothing."""
    if not target and not given["record"]:
        refuse([name for name in KINDS if given[name] and name not in OF_LISTS], "needs a target: doctor tui TARGET")
        return None
    if given["record"]:
        from doctor.diagnosis.call import Call

        refuse([name for name in KINDS if given[name]], "means nothing to what was saved")
        return Call(kind="report", name=str(given["record"]))
    return call_given(target, given, "doctor tui")


def _clusters(given: dict[str, Any]) -> "Call | None":
    """Which cluster's workloads are listed, where the command line says so."""
    if not any(given[name] for name in OF_LISTS):
        return None
    from doctor.diagnosis.call import Call

    return Call(
        kind="workload",
        name="",
        namespace=given["namespace"],
        context=given["context"],
        kubeconfig=text_of(given["kubeconfig"]),
    )
