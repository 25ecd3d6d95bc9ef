"""Variables and arguments of a container without their secrets: names tell more of them than values."""

import re
from collections.abc import Iterable, Iterator

from doctor.redact import MASK, redact, remember

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
SECRET_WORDS = frozenset(
    {
        *("password", "passwd", "passphrase", "pass", "pwd", "secret", "secrets", "credential", "credentials"),
        *("token", "tokens", "key", "keys", "apikey", "sas", "pat", "connstr", "connectionstring", "signature", "dsn"),
        *("passwords", "cookie", "cert", "pem", "pfx", "jwt", "bearer", "auth", "accesskey", "sharedkey", "accountkey"),
    }
)
_PREFIXED = re.compile(r"(?i)\A(?:\w+?)?connstr_")  # App Service: CUSTOMCONNSTR_db, SQLAZURECONNSTR_db
_PLACE = frozenset({"file", "path", "dir", "directory", "folder", "name", "id", "type", "version", "sock", "home"})
_WORKING_DIR = frozenset({"PWD", "OLDPWD"})
_HARMLESS = re.compile(r"(?i)(?:true|false|yes|no|on|off|none|\d{1,5}(?:\.\d+)?)?\Z")
_FLAG = re.compile(r"--?([A-Za-z][\w-]*)\Z")


def is_secret(name: str) -> bool:
    """True when a variable of that name usually holds a secret: its last word says so, or the two last do."""
    if name in _WORKING_DIR:
        return False
    if _PREFIXED.match(name):
        return True
    words = [word.lower() for word in _WORDS.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in _PLACE:
        return False
    last_two = "".join(words[-2:])
    return words[-1] in SECRET_WORDS or last_two in {"connectionstring", "connstr"} or "password" in name.lower()


def without_secret(name: str, value: str) -> str:
    """The value of a variable as it may be shown. Numbers and switches are no secrets, nor is nothing."""
    if is_secret(name) and not _HARMLESS.match(value):
        return MASK
    return redact(value)


def environment_of(entries: Iterable[str]) -> dict[str, str]:
    """`NAME=value` entries by name, the last of a name counting, values without secrets.

    What the service says of these secrets in its log, or in an exception, is masked as well.
    """
    pairs = [(name, value) for name, _, value in (entry.partition("=") for entry in entries)]
    remember(dict(pairs))
    return {name: without_secret(name, value) for name, value in pairs}


def replaced(of_image: Iterable[str], given: Iterable[str]) -> dict[str, str]:
    """The image's values, without secrets, of the variables that have another one in the container."""
    before = {name: value for name, _, value in (entry.partition("=") for entry in of_image)}
    now = {name: value for name, _, value in (entry.partition("=") for entry in given)}
    return {name: without_secret(name, value) for name, value in before.items() if now.get(name, value) != value}


def arguments_of(words: Iterable[str]) -> tuple[str, ...]:
    """The words of a command without secrets, those after an option such as `--api-key` included."""
    return tuple(_arguments(words))


def _arguments(words: Iterable[str]) -> Iterator[str]:
    before = ""
    for word in words:
        option, equals, value = word.partition("=")
        flag = _FLAG.match(option)
        if flag and equals:
            yield f"{option}={without_secret(flag[1], value)}"
        elif before and not word.startswith("-"):
            yield without_secret(before, word)
        else:
            yield redact(word)
        before = flag[1] if flag and not equals else ""
