"""`doctor checks`: everything that doctor can find."""

import click

from doctor.command.explain import CheckName


@click.command("checks")
@click.argument("families", metavar="[FAMILY...]", nargs=-1, type=CheckName())
@click.option(
    "-o",
    "--output",
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="[default: text]",
)
@click.option("--color/--no-color", default=None, help="[default: on a terminal, unless NO_COLOR is set]")
def command(families: tuple[str, ...], form: str, color: bool | None) -> int:
    """List all checks with their severity, the moment in which they break a service, and what they find.

    FAMILY (entry-script, dependencies, runtime) or ID lists only those.
    """
    from checks.registry import all_checks
    from doctor.command.outputs import colored, echo, width
    from doctor.suppress import resolve

    wanted = resolve(families, "doctor checks") if families else None
    checks = [check for check in all_checks() if wanted is None or check.id in wanted]
    if form == "json":
        import msgspec

        from doctor.pages import as_data

        encoded = msgspec.json.encode([as_data(check) for check in checks])
        echo(msgspec.json.format(encoded, indent=2).decode() + "\n", escape="json")
    elif form == "markdown":
        from doctor.pages import table

        echo(table(checks, linked=False) + "\n")
    else:
        from doctor.explanation import list_checks

        use = colored(color)
        echo(list_checks(checks, width=width(), color=use), color=use)
    return 0
