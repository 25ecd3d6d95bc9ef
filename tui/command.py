"""`doctor tui [TARGET]`: find the line and fix it without leaving the screen."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from doctor.diagnosis.call import Call

FILE = click.Path(path_type=Path)
FILES = frozenset({"script", "folder"})
DEPLOYED = frozenset({"container", "workload"})
KINDS = {
    "sample": FILES | DEPLOYED | {"document", "url"},
    "model_dir": FILES,
    "env": FILES | DEPLOYED,
    "source": DEPLOYED,
    "set": FILES | {"container"},
    "python": FILES,
    "image": FILES,
    "no_run": FILES,
    "rehearse": DEPLOYED,
    "namespace": frozenset({"workload"}),
    "everywhere": frozenset({"workload"}),
    "labels": frozenset({"workload"}),
    "context": frozenset({"workload"}),
    "kubeconfig": frozenset({"workload"}),
    "key_env": frozenset({"url"}),
    "token_env": frozenset({"url"}),
    "deployment": frozenset({"url"}),
    "timeout": FILES | DEPLOYED | {"url"},
}
"""Which kinds of target an option is for. Without a target, those of a cluster choose what is listed."""
OF_LISTS = frozenset({"namespace", "context", "kubeconfig"})


@click.command("tui")
@click.argument("target", metavar="[TARGET]", nargs=-1)
@click.option("--record", type=FILE, metavar="FILE", help="Open a saved report (-o json) or support bundle.")
@click.option("--sample", multiple=True, type=FILE, metavar="FILE", help="A request body; repeatable.")
@click.option("--model-dir", type=FILE, metavar="DIR", help="What AZUREML_MODEL_DIR will hold.")
@click.option("--env", type=FILE, metavar="FILE", help="The conda or requirements file of the deployment.")
@click.option("--source", type=FILE, metavar="DIR", help="Your own folder of the code, held against what is inside.")
@click.option("--set", multiple=True, metavar="NAME=VALUE", help="An environment variable; repeatable.")
@click.option("--python", metavar="EXE", help="The interpreter to rehearse with.")
@click.option("--image", metavar="IMAGE", help="Rehearse in this Docker image.")
@click.option("--no-run", is_flag=True, help="Only read: nothing of the script is run.")
@click.option("--rehearse/--no-rehearse", default=None, help="Try a container's service in a throwaway copy.")
@click.option("-n", "--namespace", metavar="NS", help="The namespace. [default: that of the context]")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="Every workload of the cluster.")
@click.option("-l", "--selector", "labels", default="", metavar="LABELS", help="Only what carries them, as app=score.")
@click.option("--context", metavar="NAME", help="The context of the kubeconfig.")
@click.option("--kubeconfig", type=FILE, metavar="FILE", help="[default: as kubectl finds it]")
@click.option("--key-env", metavar="VAR", help="The environment variable that holds the key of a URL.")
@click.option("--token-env", metavar="VAR", help="The environment variable that holds the token of a URL.")
@click.option("--deployment", metavar="NAME", help="The deployment of a managed endpoint.")
@click.option("--timeout", type=click.FloatRange(min=0.1), metavar="SECONDS", help="How long a diagnosis may take.")
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
    from tui.ending import missing_terminal

    call = _call(target, given)
    if why := missing_terminal():
        instead = call.command if call is not None and call.kind != "report" else "doctor check score.py"
        raise click.UsageError(f"{why}; call it in one, or print the diagnosis: {instead}")
    from tui.app import DoctorApp

    app = DoctorApp(call, Path(), clusters=None if call else _clusters(given))
    app.state.watching = given["watch"]
    if not given["served"]:
        for name in ("COLUMNS", "LINES"):  # which some shells export: the terminal says more, also when it is resized
            os.environ.pop(name, None)
    app.run()
    return app.return_code or 0


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
        _refuse([name for name in KINDS if given[name] and name not in OF_LISTS], "needs a target: doctor tui TARGET")
        return None
    from msgspec.structs import replace

    from doctor.command.options import variables_of
    from doctor.diagnosis.call import Call
    from doctor.targets import call_of

    if given["record"]:
        _refuse([name for name in KINDS if given[name]], "means nothing to what was saved")
        return Call(kind="report", name=str(given["record"]))
    call = call_of(target)
    used = [name for name in KINDS if given[name] not in (None, "", (), False)]
    _refuse([name for name in used if call.kind not in KINDS[name]], f"is not for a {call.kind}")
    return replace(
        call,
        samples=tuple(map(str, given["sample"])),
        model_dir=_text(given["model_dir"]),
        environment=_text(given["env"]),
        source=_text(given["source"]),
        variables=variables_of(given["set"]),
        python=given["python"],
        image=given["image"],
        run=not given["no_run"],
        rehearse=given["rehearse"],
        namespace=given["namespace"],
        everywhere=given["everywhere"],
        labels=given["labels"],
        context=given["context"],
        kubeconfig=_text(given["kubeconfig"]),
        key_variable=given["key_env"],
        token_variable=given["token_env"],
        deployment=given["deployment"],
        timeout=given["timeout"],
    )


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
        kubeconfig=_text(given["kubeconfig"]),
    )


def _refuse(names: Sequence[str], why: str) -> None:
    """Raise click.UsageError for the first of these options: ignored, it would deceive."""
    if names:
        options = click.get_current_context().command.params
        option = next(max(one.opts, key=len) for one in options if one.name == names[0])
        raise click.UsageError(f"{option} {why}")


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
