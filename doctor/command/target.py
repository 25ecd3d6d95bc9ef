"""The words and options of verbs that take every kind of target, and the call that they amount to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

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
    "memory": FILES,
    "timeout": FILES | DEPLOYED | {"url"},
}
"""Which kinds of target an option is for. Without a target, those of a cluster choose what is listed."""
_OPTIONS = (
    click.option("--sample", multiple=True, type=FILE, metavar="FILE", help="A request body; repeatable."),
    click.option("--model-dir", type=FILE, metavar="DIR", help="What AZUREML_MODEL_DIR will hold."),
    click.option("--env", type=FILE, metavar="FILE", help="The conda or requirements file of the deployment."),
    click.option(
        "--source", type=FILE, metavar="DIR", help="Your own folder of the code, held against what is inside."
    ),
    click.option("--set", multiple=True, metavar="NAME=VALUE", help="An environment variable; repeatable."),
    click.option("--python", metavar="EXE", help="The interpreter to rehearse with."),
    click.option("--image", metavar="IMAGE", help="Rehearse in this Docker image."),
    click.option("--no-run", is_flag=True, help="Only read: nothing of the script is run."),
    click.option("--rehearse/--no-rehearse", default=None, help="Try a container's service in a throwaway copy."),
    click.option("-n", "--namespace", metavar="NS", help="The namespace. [default: that of the context]"),
    click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="Every workload of the cluster."),
    click.option(
        "-l", "--selector", "labels", default="", metavar="LABELS", help="Only what carries them, as app=score."
    ),
    click.option("--context", metavar="NAME", help="The context of the kubeconfig."),
    click.option("--kubeconfig", type=FILE, metavar="FILE", help="[default: as kubectl finds it]"),
    click.option("--key-env", metavar="VAR", help="The environment variable that holds the key of a URL."),
    click.option("--token-env", metavar="VAR", help="The environment variable that holds the token of a URL."),
    click.option("--deployment", metavar="NAME", help="The deployment of a managed endpoint."),
    click.option(
        "--memory", metavar="SIZE", help="Memory of the instance, as 2G. [default: three quarters of what is free]"
    ),
    click.option("--timeout", type=click.FloatRange(min=0.1), metavar="SECONDS", help="How long a diagnosis may take."),
)


def of_target(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how a target is to be diagnosed."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def call_given(target: Sequence[str], given: dict[str, Any], verb: str) -> "Call":
    """The call that words and options mean. Raises click.UsageError for an option that is not for such a target."""
    from msgspec.structs import replace

    from doctor.command.options import variables_of
    from doctor.targets import call_of

    call = call_of(target, verb)
    used = [name for name in KINDS if given[name] not in (None, "", (), False)]
    refuse([name for name in used if call.kind not in KINDS[name]], f"is not for a {call.kind}")
    return replace(
        call,
        samples=tuple(map(str, given["sample"])),
        model_dir=text_of(given["model_dir"]),
        environment=text_of(given["env"]),
        source=text_of(given["source"]),
        variables=variables_of(given["set"]),
        python=given["python"],
        image=given["image"],
        run=not given["no_run"],
        rehearse=given["rehearse"],
        namespace=given["namespace"],
        everywhere=given["everywhere"],
        labels=given["labels"],
        context=given["context"],
        kubeconfig=text_of(given["kubeconfig"]),
        key_variable=given["key_env"],
        token_variable=given["token_env"],
        deployment=given["deployment"],
        memory=_checked(given["memory"]),
        timeout=given["timeout"],
    )


def _checked(memory: str | None) -> str | None:
    """A size that means something. Raises ConfigError before anything is looked at."""
    if memory is not None:
        from doctor.engine import size_of

        size_of(memory)
    return memory


def refuse(names: Sequence[str], why: str) -> None:
    """Raise click.UsageError for the first of these options: ignored, it would deceive."""
    if names:
        options = click.get_current_context().command.params
        option = next(max(one.opts, key=len) for one in options if one.name == names[0])
        raise click.UsageError(f"{option} {why}")


def text_of(path: Path | None) -> str | None:
    """A path as a call holds it."""
    return None if path is None else str(path)


def completed(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The next word of a target, for the shell: a kind or a file, then what that kind names."""
    from click.shell_completion import CompletionItem

    from doctor.command import diagnose
    from doctor.misread import WORDS

    before = context.params.get("target") or ()
    if not before:
        kinds = [CompletionItem(word) for word in WORDS if word.startswith(incomplete)]
        return [*kinds, CompletionItem(incomplete, type="file")]
    names = {"docker": diagnose.complete_container, "k8s": diagnose.complete_target}.get(before[0])
    return [CompletionItem(name) for name in names(context, parameter, incomplete)] if names else []
