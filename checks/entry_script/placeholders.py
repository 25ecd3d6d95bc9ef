"""Texts that a template leaves for the reader to fill in."""

import re

_WORDS = r"(?:your|my|insert|enter|replace|put|add|fill|the|todo|name|path|some)"
_THINGS = (
    r"(?:model|endpoint|workspace|subscription|resource|account|container|storage|deployment|registry|tenant|client|api"
    r"|key|secret|token|file|folder|path|host|server|database|cluster|region|url|vault)"
)
_PARTS = "(?:name|id|key|file|path|url|version|group|string|secret|token|dir|directory|folder|here)"
# `<model-name>`, `<your-model>`, `<<modelid>>`; not `<unk>`, `<b>`, `</a>`, which are tokens and markup.
_ANGLE = re.compile(
    rf"<<\s*(?:[\w.-]+[ _-])?(?:{_THINGS}|{_WORDS})(?:[\w .-]*)>>|(?<!\(\?P)<\s*{_WORDS}[ _-][^<>/]{{1,40}}>"
    rf"|(?<!\(\?P)<\s*{_THINGS}[ _-]?{_PARTS}\s*>|<\s*{_THINGS}\s+[^<>/]{{1,30}}>",
    re.IGNORECASE,
)
_SHOUT = re.compile(
    r"(?<![A-Z_])YOUR[_-][A-Z]+(?:[_-][A-Z0-9]+)*|(?<![A-Z_])(?:ENTER|INSERT|PUT|ADD|TYPE)[_-](?:[A-Z0-9]+[_-])*HERE\b"
    r"|(?:REPLACE|CHANGE|FILL)[_-]?(?:ME|THIS|WITH|IN)\b"
    r"|^(?:TODO|FIXME|TBD)(?:[_-][\w.-]+)?$"
    r"|\byour[_-](?:\w+[_-])*(?:key|name|id|token|secret|password|here|model|path|endpoint)\b"
    r"|(?<![A-Za-z])[xX]{3,}(?=\.\w+$)|\bpath/to/"
)


def is_placeholder(text: str) -> bool:
    """True for a short text that asks to be replaced."""
    return len(text) <= 160 and "\n" not in text and bool(_ANGLE.search(text) or _SHOUT.search(text))


def placeholder_in(text: str) -> str:
    """The part that asks to be replaced."""
    found = _ANGLE.search(text) or _SHOUT.search(text)
    return found.group(0) if found else ""
