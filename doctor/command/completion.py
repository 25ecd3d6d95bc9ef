"""`doctor completion SHELL`: what makes the Tab key complete verbs, options, formats and ids."""

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script of a shell.

    \b
    bash: echo 'eval "$(doctor completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(doctor completion zsh)"' >> ~/.zshrc
    fish: doctor completion fish > ~/.config/fish/completions/doctor.fish
    """
    from click.shell_completion import get_completion_class

    from doctor.command.main import cli

    kind = get_completion_class(shell)
    assert kind is not None, "the argument admits only shells that click knows"
    complete = kind(cli, {}, "doctor", "_DOCTOR_COMPLETE")
    click.echo(complete.source_template % complete.source_vars())
    return 0
