"""What is meant by a target that somebody types in full: a path, a URL, `docker NAME`, `k8s KIND/NAME`."""

import shlex
from pathlib import Path

from msgspec.structs import replace

from doctor.diagnosis.call import Call
from doctor.errors import ConfigError
from doctor.misread import WORDS
from doctor.targets import call_of


def typed_call(text: str, folder: Path) -> Call:
    """The call of the text; paths begin in `folder`. Raises ConfigError with what was typed and what to type."""
    try:
        words = shlex.split(text)
    except ValueError:  # a quote without its other half is part of the name
        words = text.split()
    words = words[1:] if words[:1] == ["doctor"] else words
    if not words:
        raise ConfigError("type a path, a URL, `docker NAME` or `k8s KIND/NAME`, or choose from the list")
    first = words[0]
    if first in WORDS or first.startswith(("http://", "https://")):
        return _scoped(words)
    path = folder / Path(first).expanduser()
    try:
        return call_of([str(path), *words[1:]])
    except ConfigError as error:
        if len(words) > 1 or path.exists():
            raise
        raise ConfigError(
            f"`{first}` is no target: {path.absolute()} is not there. Type a path, a URL, "
            f"`docker {first}` for a container or `k8s deployment/{first}` for a workload"
        ) from error


def _scoped(words: list[str]) -> Call:
    """Words of a cluster may name the scope as kubectl does: -n, --context, -A."""
    if words[0] != "k8s":
        return call_of(words)
    rest, scope = ["k8s"], Call(kind="workload", name="")
    pending = words[1:]
    while pending:
        word, *pending = pending
        name, _, value = word.partition("=")
        if name in {"-A", "--all-namespaces"}:
            scope = replace(scope, everywhere=True)
        elif name in {"-n", "--namespace", "--context"}:
            if not value:
                if not pending:
                    raise ConfigError(f"`{word}` needs a name behind it")
                value, *pending = pending
            scope = replace(scope, **{"context" if name == "--context" else "namespace": value})
        else:
            rest.append(word)
    return replace(scope, name=call_of(rest).name)


def is_surely_meant(text: str) -> bool:
    """Whether the text is no mere filter: it has the form of a URL, of a path, or of words with a name behind."""
    words = text.split()
    if not words:
        return False
    return (words[0] in WORDS and (len(words) > 1)) or words[0].startswith(
        ("http://", "https://", "/", "./", "../", "~")
    )
