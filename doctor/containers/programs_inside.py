"""Which programs a container's command needs and does not find."""

import re
from collections.abc import Iterator
from itertools import pairwise
from posixpath import join, normpath

from checks.containers import Container
from doctor.containers.engine import Engine
from doctor.containers.interpreters_inside import path_of
from doctor.containers.paths_inside import resolve

_BUILT_IN = re.compile(
    r"(?:cd|export|set|source|\.|echo|test|\[+|fi|for|done|true|false|exit|eval|wait|trap|ulimit|umask|printf|read)\Z"
)
_PASSED_BY = re.compile(r"(?:exec|if|then|else|while|do|!|\w+=.*)\Z")  # the command's name comes after it


def missing_programs(engine: Engine, container: Container) -> tuple[str, ...]:
    """Programs that the command starts and that are nowhere, where something says that one was lacking."""
    state = container.state
    if not (state.error or state.exit_code in {126, 127, 128}):
        return ()
    return tuple(name for name in dict.fromkeys(_started(container)) if not _is_there(engine, container, name))


def _is_there(engine: Engine, container: Container, name: str) -> bool:
    if "/" in name:
        places = [normpath(join(container.working_dir or "/", name))]
    else:
        places = [f"{folder.rstrip('/')}/{name}" for folder in path_of(container).split(":") if folder]
    return any(resolve(engine, container.id, place) for place in places)


def _started(container: Container) -> Iterator[str]:
    """The first word of the command, and of each command that a shell is given."""
    yield from container.command[:1]
    if len(container.words) == len(container.command):
        return
    words, begins = container.words, False
    for before, word in pairwise(words):
        if before == "-c" or re.fullmatch(r"[;&|]+", before):
            begins = True
        if begins and not (_PASSED_BY.match(word)):
            if re.fullmatch(r"[\w./+-]+", word) and not _BUILT_IN.match(word):
                yield word
            begins = False
