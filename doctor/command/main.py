"""The command group: verbs by name, loaded when they are called, and the exit code of everything that can go wrong."""

import re
import sys
import traceback
from difflib import get_close_matches
from importlib import import_module

import click

from doctor import __version__
from doctor.command.exit_codes import ExitCode
from doctor.errors import CannotExamine, ConfigError

VERBS = {
    "check": "read and rehearse an entry script before its deploy",
    "diagnose": "say why a container, a workload of a cluster or a live URL does not serve",
    "triage": "name the root cause from logs, errors and tickets alone",
    "bundle": "put evidence, logs and report of a target into one file, without secrets",
    "tui": "explore a target on the screen: causes, evidence, payloads, fixes",
    "swagger": "print what a script will serve as /swagger.json",
    "explain": "tell what a check finds, why it breaks and how to fix it",
    "checks": "list all checks",
    "completion": "print the completion script of a shell",
}


def command_of(verb: str) -> click.Command:
    """The command behind a verb. The screens stand above this floor, and are reached by name alone."""
    command = import_module("tui.command" if verb == "tui" else f"doctor.command.{verb}").command
    assert isinstance(command, click.Command)
    return command


class Verbs(click.Group):
    """Imports a verb's file when it is called; `--help` needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The verbs in the order in which a person meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The verb's command, None when there is no such verb."""
        if cmd_name not in VERBS:
            return None
        return command_of(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest verb when there is none of that name; a path alone is most often meant for `check`."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = get_close_matches(args[0], VERBS, n=1)
            hint = f"the nearest is `{near[0]}`" if near else f"there are {', '.join(VERBS)}"
            if args[0].endswith((".py", "/", ".yml", ".yaml")):
                hint = f"to check it: doctor check {args[0]}"
            raise click.UsageError(f"no verb is called `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="doctor", message="%(prog)s %(version)s")
def cli() -> None:
    """Find out why a model service does not deploy, does not start or answers wrongly, and what to change.

    Exit codes: 0 no finding at or above --fail-on, 1 there is one, 2 the call is wrong, 3 the target could not be
    examined, 4 doctor itself failed.
    """


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Nothing but this function decides what an exception means."""
    try:
        return int(cli.main(arguments, prog_name="doctor", standalone_mode=False) or 0)
    except click.ClickException as error:
        if isinstance(error, click.NoSuchOption):
            vars(error).update(possibilities=_seen(error))
        vars(error).update(message=_without_keys(error.message))  # which click declares final
        error.show()
        return ExitCode.USAGE
    except ConfigError as error:
        click.echo(f"doctor: {_without_secrets(str(error))}", err=True)
        return ExitCode.USAGE
    except CannotExamine as error:
        click.echo(f"doctor: {_without_secrets(str(error))}", err=True)
        return ExitCode.UNREACHABLE
    except (click.Abort, KeyboardInterrupt):
        click.echo("doctor: interrupted; nothing is left running", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python would complain once more when it flushes at exit.
        sys.stdout = None
        return ExitCode.CLEAN
    except Exception as error:
        click.echo(_without_secrets(traceback.format_exc()), nl=False, err=True)
        click.echo(
            f"doctor: {type(error).__name__}: {_without_secrets(str(error))}\n"
            "This is a bug in doctor, not in your service. The traceback above is what a bug report needs.",
            err=True,
        )
        return ExitCode.BROKEN


def _seen(error: click.NoSuchOption) -> list[str]:
    """What is near to a misspelt option, and meant for persons."""
    options = [one for one in (error.ctx.command.params if error.ctx else ()) if isinstance(one, click.Option)]
    hidden = {name for one in options if one.hidden for name in (*one.opts, *one.secondary_opts)}
    return [one for one in error.possibilities or () if one not in hidden]


def _without_secrets(text: str) -> str:
    from doctor.redact import redact_lines

    return redact_lines(text)


def _without_keys(message: str) -> str:
    """The message of a wrong call without what may be a key that was given where something else belongs."""
    from doctor.redact import MASK, is_like_key

    words = re.split(r"([\s()'`,]+)", message)
    return _without_secrets("".join(MASK if is_like_key(word) else word for word in words))
