"""Times of the API, without a clock."""

import re

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?")


def seconds_of(time: str | None) -> float | None:
    """Seconds since 1970 of a UTC time as `2026-11-20T18:07:02Z`; None for anything else."""
    found = _FORM.match(time or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
    return _days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second + float(found[7] or 0)


def between(first: str | None, last: str | None) -> float | None:
    """Seconds from one time to another; None where one is not known."""
    start, end = seconds_of(first), seconds_of(last)
    return None if start is None or end is None else end - start


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day is the last."""
    year -= month <= 2
    era, month = year // 400, (month + 9) % 12
    of_era = year - era * 400
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + (153 * month + 2) // 5 + day - 1 - 719468
