"""Texts that are secrets, by their form or by the name that they are assigned to. They are never quoted whole."""

import re
from collections import Counter
from math import log2

from checks.entry_script.placeholders import is_placeholder

_FORMS = (
    ("a storage account key", re.compile(r"AccountKey=([A-Za-z0-9+/]{40,}={0,2})")),
    ("a shared access key", re.compile(r"SharedAccessKey=([A-Za-z0-9+/]{30,}={0,2})")),
    ("a shared access signature", re.compile(r"[?&]sig=([A-Za-z0-9%+/]{20,}(?:%3D|=){0,2})")),
    ("a password in an address", re.compile(r"[a-z][a-z0-9+]*://[^/\s:@{}<>$]+:([^/\s:@{}<>$]{3,})@")),
    ("a password in a connection string", re.compile(r"(?i)(?:Pwd|Password)=([^;{}<>$\s]{4,})")),
    ("an AWS access key", re.compile(r"\b(AKIA[0-9A-Z]{16})\b")),
    ("a GitHub token", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,})\b")),
    ("a Hugging Face token", re.compile(r"\b(hf_[A-Za-z0-9]{30,})\b")),
    ("an API key", re.compile(r"\b(sk-(?:proj-)?[A-Za-z0-9_-]{32,})\b")),
    ("a Slack token", re.compile(r"\b(xox[abprs]-[A-Za-z0-9-]{10,})\b")),
    ("a Google API key", re.compile(r"\b(AIza[0-9A-Za-z_-]{35})\b")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----([\s\S]*)")),
    ("a web token", re.compile(r"\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})")),
    ("a bearer token", re.compile(r"\bBearer ([A-Za-z0-9._~+/-]{20,}=*)")),
)
_NAMES = re.compile(
    r"(?i)(?:^|_)(?:api_?key|secret(?:_?key)?|client_?secret|pass(?:word|wd|phrase)?|pwd|auth_?token|access_?token"
    r"|access_?key|account_?key|sas_?token|primary_?key|subscription_?key|storage_?key|private_?key|conn(?:ection)?_?str(?:ing)?)$"
)
_PASSWORDS = re.compile(r"(?i)(?:^|_)(?:pass(?:word|wd|phrase)?|pwd)$")
_HARMLESS = re.compile(
    r"(?i)^(?:none|null|true|false|test|dummy|example|changeme|secret|password|token|key|x+|\*+|\.+|default)$"
)


def secret_in(text: str, name: str | None) -> tuple[str, str] | None:
    """What kind of secret a text is, and the secret part of it; None for a harmless text.

    `name` is the name or key that the text is assigned to.
    """
    if len(text) < 6 or is_placeholder(text):
        return None
    for kind, form in _FORMS:
        found = form.search(text)
        if found and not is_placeholder(found.group(1)) and not _HARMLESS.match(found.group(1)):
            return kind, found.group(1)
    if name and _NAMES.search(name) and not _HARMLESS.match(text) and " " not in text and "{" not in text:
        if _PASSWORDS.search(name):
            return "a password", text
        if len(text) >= 16 and _is_random(text):
            return "a key or token", text
    return None


def _is_random(text: str) -> bool:
    """No word, name or path: characters of several kinds, well spread."""
    if re.fullmatch(r"[a-z]+(?:[-_.][a-z0-9]+)*", text) or "/" in text[:1] or "://" in text:
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    spread = -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values())
    return kinds >= 2 and bool(re.search("[0-9]", text)) and spread >= 3.0


def masked(line: str, secret: str) -> str:
    """The line with the secret starred out, whatever else stands on it."""
    return line.replace(secret, "****")
