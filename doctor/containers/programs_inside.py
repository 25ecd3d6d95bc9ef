"""Which programs a container's command needs and does not find."""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename, join, normpath

from checks.containers import Container
from doctor.containers.engine import Engine
from doctor.containers.interpreters_inside import path_of
from doctor.containers.paths_inside import resolve

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "busybox"})
_BUILT_IN = re.compile(
    r"(?:cd|export|set|source|\.|:|echo|test|\[+|fi|for|case|done|true|false|exit|eval|wait|trap|ulimit|umask|printf"
    r"|read|shift|unset|local|return|break|continue|alias|command|type|kill)\Z"
)
_PASSED_BY = re.compile(
    r"(?:exec|if|then|elif|else|while|until|do|!|\{|\(|\w+=.*)\Z"
)  # a command's name comes after it
_BETWEEN = re.compile(r"(?:;|&&?|\|\|?|\n)\Z")


def missing_programs(engine: Engine, container: Container) -> tuple[str, ...]:
    """Programs that the command starts and that are nowhere, where something says that one was lacking.

    Only the command itself, and what it hands to a shell, is looked at. Raises CannotExamine.
    """
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
    words = container.command
    yield from words[:1]
    shell = False
    for word, following in pairwise(words):
        shell |= basename(word) in _SHELLS
        if shell and re.fullmatch(r"-\w*c", word):
            yield from first_words(following)
            return


def first_words(text: str) -> Iterator[str]:
    """The programs that a shell's text names, but for those that come from variables or are part of the shell."""
    lexer = shlex.shlex(text.replace("\n", " ; "), posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    begins = True
    try:
        for word in lexer:
            if _BETWEEN.match(word):
                begins = True
            elif begins and not _PASSED_BY.match(word):
                begins = False
                if re.fullmatch(r"[\w./+-]+", word) and not _BUILT_IN.match(word):
                    yield word
    except ValueError:
        return  # a quote is left open
