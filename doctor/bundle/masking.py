"""Secrets stay here: what a person mails is masked more strictly than what a screen shows."""

import re
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from checks.finding import Edit, Fix, Patch, Quote
from doctor.containers.variables import arguments_of, is_secret, without_secret
from doctor.diagnosis.call import Call
from doctor.redact import MASK, redact_lines

_PIECE = 1 << 18  # characters handled in one go: other threads have a turn between two

_SHAPES = re.compile(
    r"\b(?:glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,}|pypi-AgE[\w-]{20,}|dapi[0-9a-f]{32}(?:-\d)?|[sr]k_(?:live|test)_\w{16,}"
    r"|whsec_\w{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|shpat_[0-9a-f]{24,}|do[opr]_v1_[0-9a-f]{32,}|xapp-[\w-]{16,}"
    r"|[\w~.-]{3}\dQ~[\w~.-]{31,})"
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==(?!=)"  # a key of a storage account
)
"""Tokens that say by their form what they are: GitLab, npm, PyPI, Databricks, Stripe, SendGrid, Shopify, DigitalOcean,
Slack, Entra ID, Azure Storage."""
_BESIDE = (
    re.compile(r"(?i)\b((?:set-)?cookie:\s*)[^\r\n\"']{6,}"),
    re.compile(r"(?i)([\"']?\b(?:x-api-key|api-key|ocp-apim-subscription-key|x-functions-key|x-auth-token|authorization)"
               r"[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic|token)\s+)?+)(?!\*\*\*|<|\$)[^\s\"',;<$]{6,}"),
    re.compile(r"(https://hooks\.slack\.com/services/)[\w/]{10,}"),
    re.compile(r"(https://[\w.-]*webhook\.office\.com/)[^\s\"'<>]{10,}"),
    re.compile(r"([\"'](?:auth|identitytoken)[\"']\s*:\s*[\"'])[A-Za-z0-9+/=_-]{8,}"),  # config.json of Docker
    re.compile(r"(?i)(\b(?:machine\s+\S+\s+)?login\s+\S+\s+password\s+)\S{4,}"),  # .netrc
    re.compile(r"(?i)((?<![\w-])--?(?:password|passwd|token|api-key|secret|client-secret|account-key|sas-token)[ =])"
               r"(?!<|\$|\*)[^\s\"']{4,}"),
)  # fmt: skip
_ASSIGNED = re.compile(
    r"(?P<name>(?<![\w.-])[A-Za-z_][\w.-]{0,80}+)(?P<between>[\"']?\s*[=:]\s*[\"']?)(?P<value>(?!\*\*\*|<|\$|\{|http)[^\s\"',;&]{8,})"
)
_OTHER_KEY = re.compile(r"(-----BEGIN PGP PRIVATE KEY BLOCK-----)(.*?)(?:(?=-----END)|\Z)", re.DOTALL)
_SIGNS = re.compile(
    r"(?i)pass|pwd|secret|token|cred|key|auth|cookie|conn|hook|glpat|npm_|pypi|dapi|_live_|_test_|whsec|SG\.|shpat|_v1_|xapp"
    r"|Q~|==|login|sas|pat\b|dsn|pem|pfx|jwt|signature|cert"
)

_T = TypeVar("_T")


class Masking:
    """Masks whole records, and counts by place what was masked."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def text(self, text: str, place: str) -> str:
        """A text of any length, its lines counted as before."""
        masked = mask(text)
        if masked != text:
            self.counts[place] += max(1, masked.count(MASK) - text.count(MASK))
        return masked

    def record(self, value: _T, place: str) -> _T:
        """A record, or what stands in one, with every text in it masked."""
        return cast(_T, self._masked(value, place))

    def _masked(self, value: Any, place: str) -> Any:
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self.text(str.__str__(value), place)
        if isinstance(value, msgspec.Struct):
            return self._struct(value, place)
        if isinstance(value, Mapping):
            return {self._masked(name, place): self._under(str(name), one, place) for name, one in value.items()}
        if isinstance(value, (tuple, list)):
            return self._items(value, place)
        return value

    def _items(self, values: Any, place: str) -> Any:
        masked = [self._masked(one, place) for one in values]
        if masked and all(type(one) is str for one in masked) and any(one.startswith("-") for one in masked):
            said = list(arguments_of(masked))
            self.counts[place] += sum(one != other for one, other in zip(said, masked, strict=True))
            masked = said
        return type(values)(masked)

    def _under(self, name: str, value: Any, place: str) -> Any:
        """What stands under a name that a person chose: it may tell that the value is secret."""
        if isinstance(value, str) and not isinstance(value, Enum) and value != MASK:
            shown = without_secret(name, value)
            if shown == MASK:
                self.counts[place] += 1
                return MASK
        return self._masked(value, place)

    def _struct(self, value: msgspec.Struct, place: str) -> msgspec.Struct:
        place = _place(value, place)
        fields = value.__struct_fields__
        changed = {name: self._masked(getattr(value, name), place) for name in fields}
        if isinstance(value, Call):
            self.counts[place] += len(value.variables)
            changed["variables"] = dict.fromkeys(value.variables, MASK)
        elif isinstance(value, Quote) and changed["text"] != value.text:
            changed["mark"] = None
        elif isinstance(value, Fix):  # applied, it would write the mask
            changed["edits"] = () if changed["edits"] != value.edits else value.edits
            changed["patches"] = () if changed["patches"] != value.patches else value.patches
        elif isinstance(value, (Edit, Patch)):
            pass
        elif {"name", "value"} <= set(fields) and isinstance(changed["value"], str):
            changed["value"] = self._under(str(changed["name"]), changed["value"], place)
        return msgspec.structs.replace(value, **changed)


def _place(value: msgspec.Struct, place: str) -> str:
    """A record with a file's path or a log's name is a place of its own."""
    for name in ("path", "source"):
        found = getattr(value, name, None)
        if isinstance(found, str) and found and hasattr(value, "text"):
            return mask(found)
    return place


def mask(text: str) -> str:
    """A text without secrets, and without halves of surrogate pairs, which no file can hold. Twice is once."""
    if len(text) <= 4096:
        return _short(text)
    pieces, at = [], 0
    text = _OTHER_KEY.sub(_without_key, redact_lines(_sound(text)))
    while at < len(text):
        end = text.find("\n", at + _PIECE)
        end = len(text) if end < 0 else end + 1
        pieces.append(_strictly(text[at:end]))
        at = end
    return "".join(pieces)


@lru_cache(maxsize=4096)  # names and reasons come again and again
def _short(text: str) -> str:
    return _strictly(_OTHER_KEY.sub(_without_key, redact_lines(_sound(text))))


def _sound(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _strictly(text: str) -> str:
    if not _SIGNS.search(text):
        return text
    text = _SHAPES.sub(MASK, text)
    for pattern in _BESIDE:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return _ASSIGNED.sub(_without_value, text)


def _without_key(found: re.Match[str]) -> str:
    """The first line of a key as it is, the others masked."""
    return found[1] + re.sub(r"[^\n]+", MASK, found[2])


def _without_value(found: re.Match[str]) -> str:
    """`API_KEY=abc123def` without its value; code such as `token = next(tokens)` stays as it is."""
    name, value = found["name"].rpartition(".")[2], found["value"]
    is_key = (
        re.search(r"\d", value)
        and re.search(r"[A-Za-z]", value)
        and not re.search(r"[()\[\]{}]|^[\w.]*\.[a-z_]\w*$", value)
    )
    if not is_key or value.startswith(("/", "~", "./", "%", "@")) or not is_secret(name.replace("-", "_")):
        return found[0]
    return f"{found['name']}{found['between']}{MASK}"
