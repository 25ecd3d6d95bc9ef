"""Which of several answers is unlike the others, and which is not as foretold: words for the list of sends."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

from doctor.payloads.records import Disagreement, Sent

FORETOLD = {"invalid-taken", "valid-refused", "answer", "status"}

Answered = tuple[Sent, bytes, Sequence[Disagreement]]
"""What came, the body that was sent, and what speaks against what."""


def outliers(rounds: Sequence[Answered]) -> list[str]:
    """For each send why it stands out; empty for one that does not."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for number, (_, body, _) in enumerate(rounds):
        groups[body].append(number)
    unlike: set[int] = set()
    for numbers in groups.values():
        unlike |= _unlike([(number, rounds[number][0]) for number in numbers])
    return [_words(against, is_unlike=number in unlike) for number, (_, _, against) in enumerate(rounds)]


def _unlike(answers: Sequence[tuple[int, Sent]]) -> set[int]:
    """Those whose answer is not that of most; answers that differ each time are told apart by their status alone."""
    seen: dict[int, Hashable] = {number: (sent.status, sent.body, sent.headline) for number, sent in answers}
    if max(Counter(seen.values()).values()) == 1:
        seen = {number: sent.status for number, sent in answers}
    usual = Counter(seen.values()).most_common(1)[0][0]  # of as many the first
    return {number for number, one in seen.items() if one != usual}


def _words(against: Sequence[Disagreement], *, is_unlike: bool) -> str:
    told = ["not as foretold"] if any(one.kind in FORETOLD for one in against) else []
    return ", ".join([*told, "unlike the others"] if is_unlike else told)
