"""Values of variables that hold secrets, which the code under examination may say without their names."""

from collections.abc import Iterator

import pytest

from doctor import redact as redaction
from doctor.cluster.typed import record_of
from doctor.containers.variables import environment_of
from doctor.redact import MASK, redact, redact_lines, remember


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(redaction, "_remembered", set())
    yield
    redact.cache_clear()


@pytest.mark.parametrize("name", ["API_KEY", "SCORE_TOKEN", "DB_PASSWORD", "db_pwd"])
def test_the_value_of_a_secret_variable_is_masked_wherever_it_stands(name: str) -> None:
    remember({name: "correct-horse-battery"})
    assert redact("no such user: correct-horse-battery!") == f"no such user: {MASK}!"
    assert redact_lines("a\nsaid correct-horse-battery\nb") == f"a\nsaid {MASK}\nb"


def test_what_a_target_was_given_is_masked_in_all_that_is_said_of_it() -> None:
    assert environment_of(["RATES_TOKEN=correct-horse-battery"]) == {"RATES_TOKEN": MASK}
    web = {"name": "web", "env": [{"name": "DB_PASSWORD", "value": "tr0ub4dor&3"}]}
    record_of({"kind": "Pod", "metadata": {"name": "web-0"}, "spec": {"containers": [web]}}, "team-a")
    assert redact("correct-horse-battery, tr0ub4dor&3") == f"{MASK}, {MASK}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PWD", "/home/me/service"),
        ("OLDPWD", "service-folder"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/run/secrets/account.json"),
        ("API_KEY", "short"),
        ("KEYBOARD", "querty-azerty"),
    ],
)
def test_folders_and_short_words_are_none(name: str, value: str) -> None:
    remember({name: value})
    assert redact(f"rehearsed in {value}") == f"rehearsed in {value}"
