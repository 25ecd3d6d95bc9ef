"""Nearness as a fact: which known name an unknown one resembles."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], limit: int = 1) -> list[str]:
    """The known names that `name` resembles, the nearest first; empty when none does.

    `no_run` and `no-run` are near to `entry-script.no-run`: the last part of a dotted id counts as a name of its own.
    """
    from difflib import get_close_matches

    wanted = name.lower().replace("_", "-")
    by_name: dict[str, str] = {}
    for one in known:
        by_name.setdefault(one.lower(), one)
    by_name |= {one.rsplit(".", 1)[-1].lower(): one for one in by_name.values() if "." in one} | by_name
    close = get_close_matches(wanted, by_name, n=limit * 2, cutoff=0.6)
    return list(dict.fromkeys(by_name[one] for one in close))[:limit]


def hint(name: str, known: Iterable[str]) -> str:
    """`; the nearest is X` (in back quotes), to be put behind a message; empty when nothing is near."""
    near = nearest(name, known)
    return f"; the nearest is `{near[0]}`" if near else ""
