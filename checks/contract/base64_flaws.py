"""Texts that stand where base64 is decoded, and are none."""

import re

PRINTED = "bytes as Python prints them"
URL = "a URL"
PATH = "the path of a file"
SAFE = "base64 of URLs, with - and _"
CUT = "base64 without its padding"

_PATH = re.compile(r"(?:[A-Za-z]:[\\/]|\.{0,2}[\\/]|~/)?[^\n:*?\"<>|]{1,250}\.[A-Za-z]{2,4}\d?")


def flaw_of_base64(text: str) -> str | None:
    """What the text is instead of base64; None for base64, a data URI (told elsewhere) and what nobody knows.

    White space counts for nothing, as lines of base64 are often broken.
    """
    head = text[:300]
    if re.match(r"b(['\"]).*\1\Z", text, re.DOTALL):
        return PRINTED
    if re.match(r"https?://\S+\Z", head):
        return URL
    if len(text) < 300 and _PATH.fullmatch(text):
        return PATH
    plain = "".join(text.split())
    body = plain.rstrip("=")
    if re.fullmatch(r"[A-Za-z0-9_-]{16,}", body) and re.search(r"[-_]", body):
        return SAFE
    if len(body) >= 16 and re.fullmatch(r"[A-Za-z0-9+/]+", body) and len(plain) % 4 and len(body) % 4 != 1:
        return CUT
    return None
