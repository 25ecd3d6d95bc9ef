"""A text that is searched beforehand is masked byte for byte as one to which every pattern is put."""

import json
import random
import re
import time
from collections.abc import Callable

import pytest
from test_bundle_secrets import KINDS, NO_SECRETS
from test_redact_lines import NO_SECRETS as OTHERS
from test_redact_lines import PEM, PLAIN, SECRETS

from doctor import redact
from doctor.bundle import masking
from doctor.bundle.secret_patterns import ASSIGNED, BESIDE, KEY_END, KEY_LINE, LIKE_ASSIGNED, SHAPES
from doctor.presearch import Replacement, Rules, wider

PLANTED = (*KINDS.values(), "https://a.webhook.office.com/webhookb2/abcdef-1234", *SECRETS, PEM, *PEM.split("\n"))
HARMLESS = (*NO_SECRETS, *OTHERS, *PLAIN[:30], "", "    ", "key", "token:", '"', "=", "\\", "\\n", "é \u017f \u212aey")
NEW = [*PLANTED, *HARMLESS]


def text(chosen: random.Random, size: int) -> str:
    """Lines with secrets or near to one: as they are, cut, joined, in JSON, and in JSON inside of JSON."""
    lines = []
    for _ in range(size):
        line = chosen.choice(NEW if chosen.random() < 0.4 else HARMLESS)
        if chosen.random() < 0.2:
            line = line[chosen.randrange(len(line) + 1) :] + chosen.choice(NEW)[: chosen.randrange(30)]
        if chosen.random() < 0.1:
            line = line.replace(":", "\n:").replace("=", " =\n ")
        for _ in range(chosen.choice((0, 0, 1, 2))):
            line = json.dumps({"log": line + "\n", chosen.choice(("token", "a")): line}, ensure_ascii=False)
        lines.append(line.swapcase() if chosen.random() < 0.03 else line)
    return "\n".join(lines)


def masked_slowly(what: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """With every pattern put to every text."""

    def substituted(rules: Rules, text: str) -> str:
        for pattern, replacement in rules._rules:
            text = pattern.sub(replacement, text)
        return text

    with monkeypatch.context() as patched:
        patched.setattr(Rules, "may_match", lambda *_: True)
        patched.setattr(Rules, "substituted", substituted)
        patched.setattr(Rules, "lines", lambda _, text: set(range(text.count("\n") + 1)))
        masking._short.cache_clear()
        found = masking.mask(what)
        masking._short.cache_clear()
    return found


@pytest.mark.parametrize("seed", range(12))
def test_it_is_masked_as_without(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_remembered", {"correct horse", 'quo"ted value'} if seed % 3 == 0 else set())
    chosen = random.Random(seed)
    for size in (1, 2, 3, 5, 9, 40, 200):
        one = text(chosen, size)
        if seed % 3 == 0:
            one += "\nit said correct horse, " + json.dumps({"a": 'quo"ted value'})
        assert masking.mask(one) == masked_slowly(one, monkeypatch), size


@pytest.mark.parametrize(
    "pattern", [*redact._PATTERNS, SHAPES, *BESIDE, ASSIGNED, KEY_LINE, KEY_END], ids=lambda one: one.pattern[:30]
)
def test_what_a_pattern_finds_is_found_beforehand(pattern: re.Pattern[str]) -> None:
    import re2

    rules, chosen = Rules((pattern, "***")), random.Random(3)
    assert re2.compile(wider(pattern).encode())
    hits = 0
    for one in (*PLANTED, *(text(chosen, 3) for _ in range(300))):
        if pattern.search(one):
            hits += 1
            assert rules.may_match(one), one
            assert rules.substituted(one) == pattern.sub("***", one)
    assert hits, "no text has it"


def test_an_assignment_that_is_masked_is_found_beforehand() -> None:
    rules, chosen = Rules((LIKE_ASSIGNED, "")), random.Random(5)
    for _ in range(2000):
        one = text(chosen, 1)
        if ASSIGNED.sub(masking._without_value, one) != one:
            assert rules.may_match(one), one


def rate(lines: list[str], mask: Callable[[str], str]) -> float:
    whole = "\n".join(lines)
    began = time.process_time()
    mask(whole)
    return len(whole) / (time.process_time() - began)


@pytest.mark.parametrize("kind", ["signs", "json"])
def test_lines_that_look_like_it_are_fast(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the same process and moment: how many times as fast, whatever else the machine does."""
    line = "score.auth - path /var/azureml-app/task{0}: {0} tokens of user{0}@host, key in bucket, disk sk ok: true"
    lines = [line.format(at) for at in range(800)]
    if kind == "json":
        lines = [json.dumps({"log": json.dumps({"msg": f'request "{one}"', "key": "a"}) + "\n"}) for one in lines]
    masking.mask("\n".join(lines[:100]))  # what is loaded and compiled once
    slowly = rate(lines, lambda text: masked_slowly(text, monkeypatch))
    assert rate(lines * 4, masking.mask) > 8 * slowly


def rewritten(_: re.Match[str]) -> str:
    return "x"


def test_rules_run_in_their_order() -> None:
    first: tuple[re.Pattern[str], Replacement] = (re.compile("abc"), "bcd")
    assert Rules(first, (re.compile("bcd"), rewritten)).substituted("abc") == "x"
    assert Rules((re.compile("bcd"), rewritten), first).substituted("abc") == "bcd"
