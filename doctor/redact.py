"""Secrets leave no trace in what doctor shows or writes: the value goes, the name beside it stays."""

import re
from functools import lru_cache

MASK = "***"

_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|connection[_-]?string|conn[_-]?str"
    r"|(?:api|account|access|storage|shared|subscription|primary|secondary|master|private|encryption|auth)[_-]?key)s?"
)
_PATTERNS = (
    # A key in PEM form, to its end or to the end of the text.
    re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:(?=-----END)|\Z)", re.DOTALL),
    # name = "value", "name": "value", name="value"; placeholders in <brackets> or ${braces} are no secrets
    re.compile(
        rf"(?i)(?<![a-z])((?:[\w-]*[_-])?{_NAME}(?![\w-])[\"']?\]?(?:\s*:\s*str)?\s*[:=]\s*[rbfu]{{0,2}}([\"']))"
        r"(?!<|\$|\{|%|your[-_ ])[^\"'\n]{6,}(?=\2|\n|\Z)"
    ),
    # AccountKey=…;  sig=…&  Password=…; as connection strings and signed links hold them
    re.compile(r"(?i)\b((?:account|sharedaccess|access)key=|sig=|pwd=|password=)(?=[^;&\s\"']*[\d+/%])[^;&\s\"'<]{6,}"),
    re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w.~+/=-]{16,}"),
    re.compile(r"((?<=[a-z])://[^/\s:@\"']*:)[^/\s@\"'<]{3,}(?=@)"),
    # Tokens that say by their form what they are: JWT, GitHub, AWS, Slack, Google, Hugging Face, OpenAI, Azure DevOps
    re.compile(
        r"()\b(?:eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?|gh[pousr]_\w{20,}|github_pat_\w{20,}|(?:AKIA|ASIA)[0-9A-Z]{16}"
        r"|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|hf_[A-Za-z]{24,}|sk-[\w-]{20,})"
    ),
)


@lru_cache(maxsize=1024)  # a report says the same reason of many checks
def redact(text: str) -> str:
    """The text with the values of secrets replaced by MASK. Doing it twice changes nothing more."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text
