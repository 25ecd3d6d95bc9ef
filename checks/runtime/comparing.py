"""What two answers to the same request have, and have not, in common."""

import contextlib
import json
import math
import re
from collections.abc import Iterator

from checks.evidence import Returned

# Parts of an answer that are meant to differ: times, durations, identities of a request.
_CHANGES = re.compile(
    r"(?:^|_|(?<=[a-z])(?=[A-Z]))(?:time|timestamp|date|datetime|at|duration|elapsed|latency|ms|seconds|took|uuid|guid|id"
    r"|request|requestid|correlation|trace|token|nonce|host|pid|uptime|counter?|version|created)s?(?:$|_|(?=[A-Z]))",
    re.IGNORECASE,
)
RELATIVE = 1e-4  # sums over threads come out in another order, and in single precision that shows


def differences(one: Returned, other: Returned) -> list[str] | None:
    """Places at which two answers differ, beyond rounding and beyond what is meant to change; None: cannot be told.

    Places read `[0]['score']`; `: length` behind one says that a list or text grew or shrank.
    """
    if one.digest is not None and one.digest == other.digest:
        return []
    left, right = _value(one), _value(other)
    if left is None or right is None:
        return None
    return list(_differ(left[0], right[0], ""))


def grows(places: list[str]) -> bool:
    """True when the form of the answer changed, not its values alone: something was kept from the first request."""
    return any(place.endswith((": length", ": keys", ": kind")) for place in places)


def _value(returned: Returned) -> tuple[object] | None:
    if returned.text is None:
        return None
    try:
        value = json.loads(returned.text)
    except ValueError:
        return None
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    return (value,)


def _differ(left: object, right: object, place: str) -> Iterator[str]:
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            yield f"{place}: keys"
        for key in left.keys() & right.keys():
            if not _CHANGES.search(key):
                yield from _differ(left[key], right[key], f"{place}[{key!r}]")
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield f"{place}: length"
        for number, (a, b) in enumerate(zip(left, right, strict=False)):
            yield from _differ(a, b, f"{place}[{number}]")
    elif _number(left) and _number(right):
        assert isinstance(left, (int, float))
        assert isinstance(right, (int, float))
        if not math.isclose(left, right, rel_tol=RELATIVE, abs_tol=RELATIVE / 10) and not (
            left != left and right != right
        ):
            yield place
    elif type(left) is not type(right):
        yield f"{place}: kind"
    elif left != right:
        yield place


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
