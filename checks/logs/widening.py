"""A pattern widened to what bytes it needs at least: quick to search among thousands, and nothing is overlooked.

A widened pattern matches wherever the pattern does, and elsewhere too. Most are the longest run of plain characters in
the pattern; RE2 turns thousands of those into a small automaton, where the patterns themselves make one that is rebuilt
again and again. It looks at bytes of UTF-8, so that it also serves where no text is decoded yet.
"""

import re
from collections.abc import Sequence
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined,unused-ignore]
from re import _parser  # type: ignore[attr-defined,unused-ignore] # the library's own: none other reads its dialect
from typing import Any

TELLING = 12  # plain characters in a row that are hardly ever met by chance
MOST_REPEATS = 3  # the least number of repetitions that is still asked for
NEW_LINE = 10

_TOKEN = re.compile(
    r"(?P<plain>[A-Za-z0-9 _:,'\"/=<>@#%&;!~`-]|\\[^A-Za-z0-9\x80-\U0010ffff])|(?P<repeat>[?*+]\??|\{\d+(?:,\d*)?\}\??)"
    r"|(?P<open>\((?:\?(?::|P<\w+>))?)|(?P<close>\))|(?P<list>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<or>\|)|\\.|.",
    re.DOTALL,
)


@cache
def widened(pattern: str) -> str:
    """A pattern over bytes without anchors, groups, trailing repetition; it matches at least where `pattern` does.

    Raises re.error for syntax that Python's parser does not know.
    """
    return _run_of(pattern) or _parsed(pattern)


def _run_of(pattern: str) -> str | None:
    """The longest run of plain characters that every match holds, None where it is short or needs a closer look."""
    if "(?i" in pattern or "(?s" in pattern or "(?m" in pattern or "(?U" in pattern:
        return None
    runs: list[list[str]] = [[]]
    depth = 0
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        if kind == "plain" and not depth:
            runs[-1].append(token[0][-1])
            continue
        if kind == "or" and not depth:
            return None
        if kind == "repeat" and runs[-1]:
            runs[-1].pop()
        depth += (kind == "open") - (kind == "close")
        runs.append([])
    longest = max(runs, key=len)
    return "".join(map(_plain, longest)) if len(longest) >= TELLING else None


@cache
def _plain(character: str) -> str:
    return _class(frozenset((ord(character),)), others=False)


_LETTERS = frozenset(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\\"))
_ASCII = frozenset(range(128)) - {NEW_LINE}
_CATEGORIES = {
    sre.CATEGORY_DIGIT: frozenset(range(48, 58)),
    sre.CATEGORY_SPACE: frozenset((9, 11, 12, 13, 32)),
    sre.CATEGORY_WORD: frozenset(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")),
}
_NEGATED = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}


def _parsed(pattern: str) -> str:
    items, fold = _items(pattern)
    return _sequence(_telling(_trimmed(items)), fold)


def in_bytes(pattern: str) -> str:
    """The whole pattern over bytes, without anchors, groups and bounds of repetition: what other tools understand."""
    return _sequence(*_items(pattern))


def _items(pattern: str) -> tuple[list[Any], bool]:
    """The parsed pattern, and whether it ignores case."""
    parsed = _parser.parse(_moved_flags(pattern.replace(r"\z", r"\Z")), re.ASCII)
    return list(parsed), bool(parsed.state.flags & re.IGNORECASE)


def _telling(items: list[Any]) -> list[Any]:
    """The longest run of plain characters where it is long enough to tell; otherwise everything."""
    runs: list[list[Any]] = [[]]
    for item in items:
        if item[0] is sre.LITERAL and item[1] < 128:
            runs[-1].append(item)
        elif runs[-1]:
            runs.append([])
    longest = max(runs, key=len)
    return longest if len(longest) >= TELLING else items


def _moved_flags(pattern: str) -> str:
    """`a(?i)b`, which RE2 allows, as `(?i)ab`, which matches more."""
    flags = "".join(found[1] for found in re.finditer(r"(?<!\\)\(\?([imsU]+)\)", pattern))
    bare = re.sub(r"(?<!\\)\(\?[imsU]+\)", "", pattern)
    return f"(?i){bare}" if "i" in flags else bare


def _trimmed(items: list[Any], ends: tuple[int, ...] = (0, -1)) -> list[Any]:
    """Without what may be missing at both ends; repetition there is needed once only."""
    for end in ends:
        while items:
            operation, argument = items[end]
            if operation is sre.AT:
                del items[end]
            elif operation in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
                least, _, inner = argument
                if least == 0:
                    del items[end]
                    continue
                items[end] = (sre.MAX_REPEAT, (least, least, inner))
                break
            elif operation is sre.SUBPATTERN and not (argument[1] or argument[2]):
                inner = _trimmed(list(argument[3]), (end,))
                items[end : end + 1 or None] = inner
                if inner:
                    break
            else:
                break
    return items


def _sequence(items: Sequence[Any], fold: bool) -> str:
    return "".join(_one(operation, argument, fold) for operation, argument in items)


def _one(operation: Any, argument: Any, fold: bool) -> str:
    if operation in {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}:
        return _characters(*_members(operation, argument, fold))
    if operation is sre.BRANCH:
        return "(?:" + "|".join(_sequence(branch, fold) for branch in argument[1]) + ")"
    if operation is sre.SUBPATTERN:
        _, added, removed, inner = argument
        return f"(?:{_sequence(inner, (fold or bool(added & re.IGNORECASE)) and not removed & re.IGNORECASE)})"
    if operation in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
        least, most, inner = argument
        return _repeated(least, most, inner, fold)
    if operation is sre.AT:
        return ""
    raise re.error(f"{operation} cannot be widened")


def _repeated(least: int, most: Any, inner: Any, fold: bool) -> str:
    body = _sequence(inner, fold)
    if len(inner) == 1 and inner[0][0] in {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN} and most > 1:
        members, others = _members(inner[0][0], inner[0][1], fold)
        body = _class(members, others) if members >= _LETTERS else body
    if not body:
        return ""
    least = min(least, MOST_REPEATS)
    if most == 1:
        return f"(?:{body})?" if least == 0 else body
    bound = {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return f"(?:{body}){bound if most > least else f'{{{least}}}' if least > 1 else ''}"


def _members(operation: Any, argument: Any, fold: bool) -> tuple[frozenset[int], bool]:
    """The ASCII characters that it matches, and whether it matches others too."""
    if operation is sre.ANY:
        return _ASCII, True
    if operation is sre.NOT_LITERAL:
        members = _ASCII - _folded({argument}, fold)
        return members, True
    if operation is sre.LITERAL:
        return (_folded({argument}, fold), False) if argument < 128 else (frozenset(), True)
    listed: set[int] = set()
    others, negated = False, False
    for kind, value in argument:
        if kind is sre.NEGATE:
            negated = True
        elif kind is sre.LITERAL:
            listed.add(value)
        elif kind is sre.RANGE:
            listed |= set(range(value[0], min(value[1], 127) + 1))
            others = others or value[1] > 127
        elif kind is sre.CATEGORY and value in _CATEGORIES:
            listed |= _CATEGORIES[value]
        elif kind is sre.CATEGORY and value in _NEGATED:
            listed |= _ASCII - _CATEGORIES[_NEGATED[value]]
            others = True
        else:
            raise re.error(f"{kind} {value} cannot be widened")
    others = others or any(value > 127 for value in listed)
    plain = _folded({value for value in listed if value < 128}, fold)
    return (_ASCII - plain, True) if negated else (plain - {NEW_LINE}, others)


def _folded(members: set[int], fold: bool) -> frozenset[int]:
    if not fold:
        return frozenset(members)
    return frozenset(
        ord(case) for value in members for case in (chr(value).lower(), chr(value).upper()) if ord(case) < 128
    )


def _characters(members: frozenset[int], others: bool) -> str:
    """One character of these; of those beyond ASCII, in UTF-8 or as the code that JSON writes."""
    ways = [_class(members, False)] if members else []
    ways += [r"[\x80-\xff]{1,4}", r"\\u[0-9a-fA-F]{4}"] if others else []
    if not ways:
        raise re.error("matches nothing")
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


@cache
def _class(members: frozenset[int], others: bool) -> str:
    """A class of bytes."""
    codes = sorted(members)
    if len(codes) == 1 and not others:
        return _byte(codes[0])
    parts, begin = [], 0
    for at in range(1, len(codes) + 1):
        if at == len(codes) or codes[at] != codes[at - 1] + 1:
            first, last = codes[begin], codes[at - 1]
            parts.append(_byte(first) if first == last else f"{_byte(first)}-{_byte(last)}")
            begin = at
    if others:
        parts.append(r"\x80-\xff")
    return f"[{''.join(parts)}]"


def _byte(code: int) -> str:
    """One byte, as itself where it means nothing else."""
    return chr(code) if code < 128 and chr(code).isalnum() else f"\\x{code:02x}"
