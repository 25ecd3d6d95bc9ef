"""What a call says of itself: no key of a URL."""

import pytest

from doctor.diagnosis.call import Call


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/score?code=abcdef", "https://host/score?***"),
        ("https://me:hunter22@host/score", "https://***@host/score"),
        ("https://host/score", "https://host/score"),
    ],
)
def test_the_query_of_a_url_is_masked(url: str, shown: str) -> None:
    call = Call(kind="url", name=url)
    assert call.name == url, "what is asked stays whole"
    assert call.title == shown
    assert shown in call.command
    assert "abcdef" not in call.command
    assert "hunter22" not in call.command
