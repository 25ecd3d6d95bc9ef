"""References of a document that lead nowhere, out of it, or only to themselves."""

from collections.abc import Iterator

from checks.contract.places import pointer_of
from checks.contract.records import DocumentProblem, Json
from checks.contract.references import at_pointer, pointer_in, references

MOST = 50


def reference_problems(content: Json) -> list[DocumentProblem]:
    """The first problems of references, in the order of the document."""
    all_of_them = list(references(content))
    found = [*_leading_nowhere(content, all_of_them), *_loops(content, all_of_them)]
    return found[:MOST]


def _leading_nowhere(content: Json, given: list[tuple[str, str]]) -> Iterator[DocumentProblem]:
    known: set[str] | None = None
    for pointer, reference in given:
        target = pointer_in(reference)
        if target is not None:
            if not at_pointer(content, target)[0]:
                message = f"`{reference[:120]}` leads nowhere"
                yield DocumentProblem(kind="reference", message=message, pointer=f"{pointer}/$ref")
            continue
        known = _names(content) if known is None else known
        if reference in known or reference.partition("#")[0] in known - {""}:
            continue
        where = "leads nowhere" if reference.startswith("#") else "leads out of the document, and is not followed"
        yield DocumentProblem(kind="reference", message=f"`{reference[:120]}` {where}", pointer=f"{pointer}/$ref")


def _names(content: Json) -> set[str]:
    """What parts of a 3.1 document call themselves: `$id`, and `#name` of `$anchor`."""
    found: set[str] = set()
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found |= {f"#{value[word]}" for word in ("$anchor", "$dynamicAnchor") if isinstance(value.get(word), str)}
            if isinstance(value.get("$id"), str):
                found.add(value["$id"])
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def _loops(content: Json, given: list[tuple[str, str]]) -> Iterator[DocumentProblem]:
    """Each ring of references that ends in nothing but itself, once."""
    done: set[str] = set()
    for start, _ in given:
        path: list[tuple[str, list[str]]] = []
        on_path: dict[str, None] = {}
        waiting = [start]
        while True:
            if waiting:
                place = waiting.pop()
                if place in on_path:
                    ring = list(on_path)[list(on_path).index(place) :]
                    names = [f"#{one}" for one in [*ring, place] if "$ref" in (at_pointer(content, one)[1] or {})]
                    shown = " -> ".join([*names[:6], *(["…"] if len(names) > 6 else [])])
                    message = f"{shown}: these references lead only to themselves"
                    yield DocumentProblem(kind="loop", message=message, pointer=place)
                elif place not in done:
                    on_path[place] = None
                    path.append((place, waiting))
                    waiting = _next(content, place)
                continue
            if not path:
                break
            place, waiting = path.pop()
            del on_path[place]
            done.add(place)


def _next(content: Json, place: str) -> list[str]:
    """The places that must fit a value for this one to fit it."""
    found, value = at_pointer(content, place)
    if not found or not isinstance(value, dict):
        return []
    target = pointer_in(value.get("$ref"))
    several = value.get("allOf")
    below = [place + pointer_of("allOf", number) for number in range(len(several))] if isinstance(several, list) else []
    return [*([target] if target is not None else []), *below]
