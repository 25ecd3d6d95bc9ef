"""When a CronJob runs: the form of a schedule that the API server takes.

Source: robfig/cron, `ParseStandard`, which Kubernetes uses since 1.4.
"""

import re

_NAMED = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_ZONE = re.compile(r"^(?:CRON_)?TZ=\S+\s+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    *((0, 59, ()), (0, 23, ()), (1, 31, ())),
    *((1, 12, _MONTHS), (0, 6, _DAYS)),
)
"""Least, most and names of minute, hour, day, month and day of the week; the first name stands for the least."""


def is_schedule(text: str) -> bool:
    """True for five fields within their bounds, a name such as `@daily`, or `@every 5m`."""
    text = _ZONE.sub("", text.strip())
    if text.startswith("@"):
        return text in _NAMED or bool(re.fullmatch(r"@every (?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+", text))
    fields = text.split()
    return len(fields) == len(_FIELDS) and all(map(_fits, fields, *zip(*_FIELDS, strict=True)))


def _fits(field: str, least: int, most: int, names: tuple[str, ...]) -> bool:
    return all(_is_range(part, least, most, names) for part in field.split(",") if part)


def _is_range(part: str, least: int, most: int, names: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isdigit() and int(step)):
        return False
    if span in {"*", "?"}:
        return True
    ends = [_number(end, least, names) for end in span.split("-")]
    numbers = [end for end in ends if end is not None and least <= end <= most]
    return len(numbers) == len(ends) <= 2 and numbers == sorted(numbers)


def _number(end: str, least: int, names: tuple[str, ...]) -> int | None:
    if end.lower() in names:
        return least + names.index(end.lower())
    return int(end) if end.isdigit() else None
