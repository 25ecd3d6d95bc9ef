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
    r"|[\w~.-]{3}\dQ~[\w~.-]{31,}|hvs\.[\w-]{20,}|gls[ac]_\w{20,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}|key-[0-9a-f]{32}"
    r"|SK[0-9a-f]{32}|\d{8,10}:AA[\w-]{30,}|dckr_pat_[\w-]{20,}|lin_api_\w{20,}|gsk_\w{20,}|tfp_\w{20,})"
    r"|(?<![A-Za-z0-9+/])(?:LS0tLS1|eyJ|ewog)[A-Za-z0-9+/_-]{40,}={0,2}"  # base64 of a key or certificate, of JSON
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==(?!=)"  # a key of a storage account
)
"""Tokens that say by their form what they are: GitLab, npm, PyPI, Databricks, Stripe, SendGrid, Shopify, DigitalOcean,
Slack, Entra ID, Vault, Grafana, age, Mailgun, Twilio, Telegram, Docker Hub, Azure Storage."""
_BESIDE = (
    re.compile(r"(?i)\b((?:set-)?cookie:\s*)[^\r\n\"']{6,}"),
    re.compile(r"(?i)([\"']?\b(?:x-api-key|api-key|ocp-apim-subscription-key|x-functions-key|x-auth-token|authorization)"
               r"[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic|token)\s+)?+)(?!\*\*\*|<|\$)[^\s\"',;<$]{6,}"),
    re.compile(r"(https?://[\w.:-]+/t/)(?!\*|<|\$)[\w-]{6,}(?=[/\s\"'])"),  # a channel of conda
    re.compile(r"((?<=[a-z])://)(?=[^/\s@\"'<]{0,200}\d)[^/\s:@\"'<*$]{12,}(?=@)"),  # a token in the place of a user
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
_KEY_LINE = re.compile(
    r"(?m)^([ \t]*)(?=[A-Za-z0-9+/]{64}\r?$)(?=[^\n]*\d)(?=[^\n]*[a-z])(?=[^\n]*[A-Z])[A-Za-z0-9+/]{64}"
)
"""A line in the middle of a key in PEM form whose beginning is not here."""
_KEY_END = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{4,}+(?=(?:\s|\\+[nr]){0,8}-----END [A-Z ]*PRIVATE KEY)")
"""The last line of one."""
_LINE_END = re.compile(r"(\\+(?:r\\+)?[nrt])")
_QUOTED_LINE = re.compile(r"(?m)^(?=[^\n]*?\\[nrt\"'])[^\n]+")
_SLASHES = re.compile(r"\\+(?=[\"'])")
_HIDDEN = {'"': "\x02", "'": "\x03"}
_OTHER_KEY = re.compile(r"(-----BEGIN PGP PRIVATE KEY BLOCK-----)(.*?)(?:(?=-----END)|\Z)", re.DOTALL)
_SIGNS = (
    *("pass", "pwd", "secret", "token", "cred", "key", "auth", "cookie", "conn", "hook", "login", "sas", "pat", "dsn"),
    *("pem", "pfx", "jwt", "signature", "cert", "glpat", "npm_", "pypi", "dapi", "_live_", "_test_", "whsec", "sg."),
    *("shpat", "_v1_", "xapp", "q~", "hvs.", "glsa_", "glsc_", ":aa", "dckr", "lin_api", "gsk_", "tfp_", "ls0tls1"),
    *("eyj", "ewog", "/t/", "@", "==", "sk"),
)
"""What each pattern needs, in small letters."""

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
    text = _QUOTED_LINE.sub(_unquoted, _sound(text))
    pieces, at = [], 0
    text = _OTHER_KEY.sub(_without_key, redact_lines(text))
    while at < len(text):
        end = text.find("\n", at + _PIECE)
        end = len(text) if end < 0 else end + 1
        pieces.append(_strictly(text[at:end]))
        at = end
    return "".join(pieces)


@lru_cache(maxsize=4096)  # names and reasons come again and again
def _short(text: str) -> str:
    return _plainly(_QUOTED_LINE.sub(_unquoted, _sound(text)))


def _plainly(text: str) -> str:
    return _strictly(_OTHER_KEY.sub(_without_key, redact_lines(text)))


def _unquoted(found: re.Match[str]) -> str:
    """A line in which ends of lines are written out, as JSON and Python do: masked as the lines that it stands for."""
    if not _may_hold(found[0]):
        return found[0]
    parts = _LINE_END.split(found[0])
    masked = _plainly("\n".join(parts[::2])).split("\n")
    if len(masked) != len(parts[::2]):
        masked = [_plainly(part) for part in parts[::2]]
    parts[::2] = map(_inside_quotes, masked)
    return _KEY_END.sub(MASK, "".join(parts))


def _inside_quotes(text: str) -> str:
    """What stands in a text inside of a text: its quotes have slashes, those around it are hidden meanwhile."""
    slashes = _SLASHES.search(text)
    if slashes is None:
        return text
    outer = re.sub(r"(?<!\\)[\"']", lambda quote: _HIDDEN[quote[0]], text)
    inner = _SLASHES.sub("", outer)
    masked = _plainly(inner)
    if masked == inner:
        return text
    masked = re.sub(r"[\"']", lambda quote: slashes[0] + quote[0], masked)
    return masked.replace(_HIDDEN['"'], '"').replace(_HIDDEN["'"], "'")


def _sound(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _strictly(text: str) -> str:
    """By the patterns of this file, where a sign of one stands: in its line, and in the next where the value may be."""
    text = _KEY_LINE.sub(rf"\g<1>{MASK}", text)
    text = _KEY_END.sub(MASK, text) if "-----END" in text else text
    if not _may_hold(text):
        return text
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _may_hold(lines[end]):
            end += 1
        if end > at:
            end = min(end + 1, len(lines))
            lines[at:end] = _by_patterns("\n".join(lines[at:end])).split("\n")
        at = max(end, at + 1)
    return "\n".join(lines)


def _may_hold(text: str) -> bool:
    low = text.lower()
    return any(sign in low for sign in _SIGNS)


def _by_patterns(text: str) -> str:
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
