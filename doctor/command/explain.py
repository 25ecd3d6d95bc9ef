"""`doctor explain [ID]`: what a check finds, why it breaks and how to fix it."""

import click
from click.shell_completion import CompletionItem


class CheckName(click.ParamType[str]):
    """An id, a former id, or a family."""

    name = "ID"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """All ids and families, for the shell."""
        from checks.registry import FAMILIES, all_checks

        known = {**dict.fromkeys(FAMILIES), **{check.id: check.summary for check in all_checks()}}
        return [CompletionItem(name, help=text) for name, text in known.items() if name.startswith(incomplete)]


@click.command("explain")
@click.argument("name", metavar="[ID]", required=False, type=CheckName())
@click.option("-o", "--output", "form", type=click.Choice(["text", "markdown"]), default="text", help="[default: text]")
@click.option("--color/--no-color", default=None, help="[default: on a terminal, unless NO_COLOR is set]")
def command(name: str | None, form: str, color: bool | None) -> int:
    """Say what a check finds, why it breaks, how to fix it, and show an example.

    ID is an id or a former id as reports print it; a family lists its checks, and nothing lists the families.
    """
    from checks.registry import FAMILIES, find_check, known_names
    from doctor.command.outputs import colored, echo, width
    from doctor.explanation import explain_all, explain_check, explain_family
    from doctor.near import nearest
    from doctor.pages import markdown_page

    check = find_check(name) if name else None
    if check and form == "markdown":
        echo(markdown_page(check))
        return 0
    color = colored(color)
    if check:
        text = explain_check(check, width=width(), color=color)
    elif not name:
        text = explain_all(width=width(), color=color)
    elif name.removesuffix(".*") in FAMILIES:
        text = explain_family(name.removesuffix(".*"), width=width(), color=color)
    else:
        near = nearest(name, known_names(), limit=3)
        hint = f"; near names are {', '.join(f'`{one}`' for one in near)}" if near else ""
        raise click.UsageError(
            f"no check, former id or family is called `{name}`{hint}. `doctor checks` lists them all"
        )
    echo(text, color=color)
    return 0
