"""Label selectors as kubectl takes them: `app=score,tier!=web,env in (a, b),!canary`."""

import re

from checks.cluster.metadata import LabelSelector, Requirement
from doctor.errors import ConfigError

_PART = re.compile(
    r"(?P<not>!)?(?P<key>[\w./-]+)"
    r"(?:\s*(?P<sign>==|=|!=)\s*(?P<value>[\w.-]*)|\s+(?P<word>in|notin)\s*\((?P<values>[^)]*)\))?"
)


def parsed(text: str) -> LabelSelector:
    """The selector of a text. Raises ConfigError for what kubectl would not understand either."""
    found = []
    for part in re.split(r",(?![^(]*\))", text):
        match = _PART.fullmatch(part.strip())
        if match is None or (match["not"] and (match["sign"] or match["word"])):
            raise ConfigError(f"-l `{text}` is no label selector; write it as app=score,tier!=web")
        values: tuple[str, ...] = ()
        if match["sign"]:
            operator, values = ("NotIn" if match["sign"] == "!=" else "In"), (match["value"],)
        elif match["word"]:
            operator = "In" if match["word"] == "in" else "NotIn"
            values = tuple(value.strip() for value in match["values"].split(","))
        else:
            operator = "DoesNotExist" if match["not"] else "Exists"
        found.append(Requirement(key=match["key"], operator=operator, values=values))
    return LabelSelector(match_expressions=tuple(found))
