"""JSON laid out anew: line breaks and indents change, and nothing else; numbers and texts stay as they were written."""

import json
import re

WIDTH = 72
INDENT = "  "
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_OPENING, _CLOSING = "[{", "]}"


def laid_out(text: str, width: int = WIDTH) -> str:
    """The text with a line for each member; what fits on a line stays on one. Raises ValueError for what is no JSON."""
    try:
        json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    tokens = _TOKEN.findall(text)
    lengths = _lengths(tokens)
    parts: list[str] = []
    column, depth, flat = 0, 0, 0  # flat: brackets that are open on this line
    for number, word in enumerate(tokens):
        before, behind = "", word
        if word[0] in _OPENING:
            is_empty = tokens[number + 1][0] in _CLOSING
            fits = depth > 0 and len(INDENT) * depth + lengths[number] <= width and column + lengths[number] <= width
            if flat or is_empty or fits:
                flat += 1
            else:
                depth += 1
                behind = word + _line(depth)
        elif word[0] in _CLOSING:
            if flat:
                flat -= 1
            else:
                depth -= 1
                before = _line(depth)
        elif word == ",":
            behind = ", " if flat else "," + _line(depth)
        elif word == ":":
            behind = ": "
        parts.append(before + behind)
        written = before + behind
        column = len(written) - written.rfind("\n") - 1 if "\n" in written else column + len(written)
    return "".join(parts) + ("\n" if text.endswith("\n") else "")


def _line(depth: int) -> str:
    return "\n" + INDENT * depth


def _lengths(tokens: list[str]) -> list[int]:
    """Of every opening bracket, how many characters it takes with all it holds, on one line."""
    lengths = [0] * len(tokens)
    total = 0
    stack: list[tuple[int, int]] = []
    for number, token in enumerate(tokens):
        if token[0] in _OPENING:
            stack.append((number, total))
        total += len(token) + (1 if token in (",", ":") else 0)
        if token[0] in _CLOSING and stack:
            start, before = stack.pop()
            lengths[start] = total - before
    return lengths
