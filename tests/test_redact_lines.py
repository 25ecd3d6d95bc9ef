"""Long texts are redacted as short ones are, keep their lines, and do not take long."""

import random
import time

import pytest

from doctor import redact as redacting
from doctor.redact import _PATTERNS, MASK, redact, redact_lines

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----"
SECRETS = (
    'password = "Tr0ub4dor-and-3"',
    "DB_PASSWORD: 'Tr0ub4dor-and-3'",
    '"api_key": "abcdef123456"',
    '"connection-string":\n  "Endpoint=abc;Secret"',
    "os.environ['HF_TOKEN'] = 'abcdefgh'",
    "credentials = 'Tr0ub4dor'",
    '/rows/0/api_key is text "Tr0ub4dor-and-3", expected number',
    "AccountKey=abc123/def+456==;Endpoint=x",
    "https://x.blob.example/a?sv=1&sig=abc%2F123456789",
    "Pwd=Tr0ub4dor123",
    "Authorization: Bearer abcdefghijklmnop1234",
    "Authorization: Basic dXNlcjpwYXNzd29yZA==",
    "amqp://churn:Tr0ub4dor@queue.example/",
    "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE1Nzc4MzY4MDB9.c2lnbmF0dXJl",
    "ghp_abcdefghijklmnopqrstuvwx",
    "github_pat_abcdefghijklmnopqrstuvwx",
    "AKIAABCDEFGHIJKLMNOP ASIAABCDEFGHIJKLMNOP",
    "xoxb-1234567890-abc",
    "AIzaabcdefghijklmnopqrstuvwxyz1234567",
    "hf_abcdefghijklmnopqrstuvwxyz",
    "hf_abcdefghijklmnop0123456789",
    "sk-abcdefghijklmnopqrstuvwx",
    "api-key: 4f2bA9c81dE7066f21aa",
    "X-Api-Key=4f2bA9c81dE7066f21aa",
    "  token: eW91IGhhdmUgcmVhZCBpdCE1NQ==",
    "    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVk1",
    "GET https://score.example/api?code=4f2bA9c81dE7066f&clientId=x",
    "POST https://score.example/api?key=abcdefgh-12345678",
)
NO_SECRETS = (
    "secret: azureml-kubelet-pull-secret",
    "token = tokenizer_of(Model2_of_ourCompany)",
    "token = Tokenizer2_of_ourCompany(text)",
    "access_key = Settings2ofOurCompany.read()",
    "secret: /var/run/secrets/kubernetes.io/serviceAccount1",
    "https://score.example/api?code=400&key=name",
    "token: <the token of 12 letters>",
)
PLAIN = [f"2026-11-20 18:15:51,055 I [{n}] gunicorn.error - Listening at: http://0.0.0.0:5001" for n in range(400)]


def test_every_pattern_is_among_the_secrets() -> None:
    for pattern in _PATTERNS:
        assert any(pattern.search(text) for text in (*SECRETS, PEM))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_among_many_lines(secret: str) -> None:
    """No sign is missing for a pattern: alone and among others it is masked as by the patterns themselves."""
    masked = secret
    for pattern in _PATTERNS:
        masked = pattern.sub(rf"\g<1>{MASK}", masked)
    assert masked != secret
    assert redact(secret) == masked
    for at in (0, 1, 200, 400):
        lines = [*PLAIN[:at], secret, *PLAIN[at:]]
        assert redact_lines("\n".join(lines)) == "\n".join([*PLAIN[:at], masked, *PLAIN[at:]])


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("key", [PEM, PEM.rpartition("\n")[0]], ids=["whole", "cut off"])
def test_a_key_keeps_its_lines(key: str) -> None:
    found = redact_lines("\n".join([*PLAIN[:9], key]))
    assert "MIIEow" not in found
    assert "IBAAKC" not in found
    assert found.count("\n") == 8 + 1 + key.count("\n")
    assert redact_lines(f"{PEM}\nKeyError: 'model'").splitlines()[4] == "KeyError: 'model'"


def test_a_key_that_is_cut_off_hides_nothing_else() -> None:
    found = redact_lines("\n".join([*PEM.splitlines()[:3], *PLAIN]))
    assert "IBAAKC" not in found
    assert found.splitlines()[3:] == PLAIN


def test_two_secrets_and_a_key_side_by_side() -> None:
    chosen = random.Random(3)
    for _ in range(200):
        lines = chosen.choices([*SECRETS, PEM, *PLAIN[:20]], k=12)
        found = redact_lines("\n".join(lines))
        assert found.count("\n") == "\n".join(lines).count("\n")
        for word in ("Tr0ub4dor", "MIIEow", "abcdefgh", "c2lnbmF0dXJl"):
            assert word not in found, lines


def test_twice_is_once() -> None:
    found = redact_lines("\n".join([*SECRETS, PEM]))
    assert redact_lines(found) == found


def test_a_long_log_takes_no_time() -> None:
    text = "\n".join(PLAIN * 100)  # 3 MB
    began = time.process_time()
    assert redact_lines(text) is text
    assert time.process_time() - began < 1


def test_a_long_text_is_masked_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places found by RE2 in one pass leave nothing that a look at every line masks."""
    chosen = random.Random(5)
    more = ("weights loaded, token checked", "token:\n  'Tr0ub4dor-and-3'", "api_key\u00a0= 'Tr0ub4dor'", "Bearer")
    for _ in range(300):
        text = "\n".join(chosen.choices([*SECRETS, *NO_SECRETS, *more, PEM, *PLAIN[:9]], k=14))
        monkeypatch.setattr(redacting, "_LONG", 1 << 30)
        by_line = redact_lines(text)
        monkeypatch.setattr(redacting, "_LONG", 0)
        assert redact_lines(text) == by_line


def test_ordinary_words_of_a_long_log_are_given_to_no_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words such as token, weights or connection stand in most logs; the patterns take 25 µs for each such line."""
    given: list[str] = []
    monkeypatch.setattr(redacting, "_masked", lambda text: given.append(text) or text)
    text = "\n".join(f"{line} token checked, weights loaded, connection kept" for line in PLAIN)
    assert redact_lines(text) == text
    assert not given
