"""Findings about a container that doctor itself made and has removed, told of the deployment that it stands for."""

import re

import msgspec

from checks.finding import Finding, Fix

_OF_THE_CONTAINER = re.compile(r"docker (?:container )?(?:logs|top|events|start|exec|stats|rm|inspect|cp|restart)\b")
_DIAGNOSES = "doctor diagnose docker "
_ASKS = re.compile(r"curl .*//(?:127\.|\[::1)")
_MAKES = re.compile(r"docker (?:run|create|update)\b")
_VARIABLE = re.compile(r"(?:^|\s)(?:-e|--env)[ =](\w+)=(\S+)")


def as_deployed(finding: Finding, name: str, target: str, command: str) -> Finding:
    """The finding with fixes and confirmation for the deployment; `name` is what it calls the container, `target` what
    it calls the target, `command` the call of doctor that this is about.

    What only looks at the container or starts it falls away, for it is gone; a variable that a command gives becomes
    an entry of the deployment's definition.
    """
    fixes = tuple(told for fix in finding.fixes if (told := _fix(fix, name, target, command)) is not None)
    return msgspec.structs.replace(finding, fixes=fixes, confirm=command)


def _fix(fix: Fix, name: str, target: str, command: str) -> Fix | None:
    commands: list[str] = []
    for one in (one.replace(f"doctor check {target}", command) for one in fix.commands):
        if given := _VARIABLE.search(one):
            commands += ["environment_variables:", f"  {given[1]}: {given[2]}"]
        elif not _is_about(one, name):
            commands.append(one)
    if commands == list(fix.commands):
        return fix
    looks = all(_OF_THE_CONTAINER.match(one) or one.startswith(_DIAGNOSES) for one in fix.commands)
    if not commands and looks:
        return None
    return msgspec.structs.replace(fix, commands=tuple(commands))


def _is_about(command: str, name: str) -> bool:
    """True for a command about the container, and for one that leaves the image to be put in."""
    if _OF_THE_CONTAINER.match(command) or _ASKS.match(command) or command.startswith(_DIAGNOSES):
        return True
    return bool(_MAKES.match(command)) and (name in command or command.endswith("..."))
