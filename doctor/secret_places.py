"""Where in a long text a secret may stand: lines, found in one pass of RE2, which a million lines take a second."""

from functools import cache
from typing import Any

_GAP = r"[^0-9A-Za-z:=]*"  # whatever is no letter: what RE2 calls white space is less than what Python does
_ANY = (
    r"-----BEGIN",
    r"{name}[\"']?\]?" + _GAP + "[:=]",
    r"(?:accesskey|accountkey|sharedaccesskey|sig|pwd|password)=",
    r"text \"",
    r"[?&](?:code|key|sig|{name})=",
    r"(?:bearer|basic)[^0-9A-Za-z_]",
    r"://[^/@\n]*@",
    r"eyj[^\s]{10}|gh[pousr]_|github_pat_|a[ks]ia[0-9a-z]{16}|xox[abprs]-|aiza[^\s]{30}",
    r"hf_[a-z0-9]{24}|sk-[^\s]{20}",
)
"""What each pattern of `doctor.redact` needs, without looking around; each begins in the line where a secret begins."""


def places(text: str, name: str) -> set[int]:
    """The numbers of the lines, from 0, in which a secret may begin. `name`: what the names of secrets look like."""
    data = text.encode("utf-8", "replace")
    found: set[int] = set()
    line = last = 0
    for hit in _pattern(name).finditer(data):
        begin = hit.start()
        line += data.count(b"\n", last, begin)
        last = begin
        found.add(line)
    return found


@cache
def _pattern(name: str) -> Any:
    import re2

    whole = "|".join(one.replace("{name}", name) for one in _ANY)
    return re2.compile(f"(?i)(?:{whole})".encode())
