"""Characters that look like others, or like nothing, and what Python would have to read in their place."""

import unicodedata

from checks.entry_script.lexer import CURLY_DOUBLE, CURLY_SINGLE
from checks.text import listed

# Read as a blank by people, refused by Python.
BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Shown as nothing at all. NUL, and the end-of-file mark of old systems, are refused everywhere.
NOTHING = (
    "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\u2028\u2029\u0085\ufeff\x1a\x7f\x08"
)

_PUNCTUATION = {
    **dict.fromkeys("‐‑‒–—―−﹣➖", "-"),
    **dict.fromkeys(CURLY_DOUBLE + "„", '"'),
    **dict.fromkeys(CURLY_SINGLE + "´‵`", "'"),
    "‚": ",",
    "，": ",",
    "、": ",",
    "﹐": ",",
    "；": ";",
    "\u037e": ";",
    "：": ":",
    "꞉": ":",
    "։": ":",
    "∶": ":",
    "。": ".",
    "․": ".",
    "…": "...",
    "×": "*",
    "∗": "*",
    "＊": "*",
    "⋅": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "∼": "~",
    "˜": "~",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "→": "->",
    "∣": "|",
    "ǀ": "|",
    "【": "[",
    "】": "]",
    "〔": "(",
    "〕": ")",
    "❨": "(",
    "❩": ")",
    "⟨": "<",
    "⟩": ">",
    "ˆ": "^",
}
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if not chr(code - 0xFEE0).isalpha()}
PUNCTUATION: dict[str, str] = {**_FULL_WIDTH, **_PUNCTUATION}
PUNCTUATION.pop("＿", None)  # Python reads it as an underscore
PUNCTUATION.pop("`", None)

# Letters of other alphabets that every font draws like a Latin one: Cyrillic, Greek capitals, dotless i, script g.
# Source: Unicode's table of confusables.
LETTERS = str.maketrans(
    "асеорхуіјѕһԁԛԝАВЕЅІЈКМНОРСТХУοΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɡ",
    "aceopxyijshdqwABESIJKMHOPCTXYoABEZHIKMNOPTYXig",
)


def name(character: str) -> str:
    """`U+2212 MINUS SIGN`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"


def codes(characters: list[str], limit: int = 3) -> str:
    """The code points, each once, in order: `U+201C, U+201D and 2 more`."""
    return listed([f"U+{ord(character):04X}" for character in dict.fromkeys(characters)], limit)


def looks_like(identifier: str) -> str:
    """The identifier in ASCII as a reader sees it; unchanged where nothing in it deceives."""
    return unicodedata.normalize("NFKC", identifier).translate(LETTERS)
