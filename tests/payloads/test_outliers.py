"""Which answers stand out among those to one body, and where a container's port went."""

from checks.containers import Port
from doctor.diagnosis.call import Call
from doctor.payloads.ports import moved
from doctor.payloads.records import Disagreement, Place, Sent
from tui.payloads.outliers import outliers
from tui.payloads.shown import row


def sent(status: int | None, body: str = "[1]") -> Sent:
    return Sent(way="probe", where="here", source="sample.json", sent=3, status=status, body=body)


def test_the_one_that_is_unlike_the_others() -> None:
    rounds = [(sent(200), b"a", ()), (sent(500, "x"), b"a", ()), (sent(200), b"a", ()), (sent(404, "y"), b"b", ())]
    assert outliers(rounds) == ["", "unlike the others", "", ""]


def test_of_answers_that_differ_each_time_the_status_counts() -> None:
    rounds = [(sent(200, f"[{n}]"), b"a", ()) for n in range(3)]
    assert outliers(rounds) == ["", "", ""]
    assert outliers([*rounds, (sent(502, ""), b"a", ())])[3] == "unlike the others"


def test_what_was_foretold_otherwise_has_sign_and_word() -> None:
    against = (Disagreement(kind="status", text="200 was foretold"),)
    (words,) = outliers([(sent(400), b"a", against)])
    assert words == "not as foretold"
    assert "! not as foretold" in row(1, sent(400), False, words).plain
    cause = (Disagreement(kind="cause", text="a column is missing"),)
    assert outliers([(sent(400), b"a", cause)]) == [""]


def test_a_port_that_moved() -> None:
    call = Call(kind="container", name="score")
    url = "http://127.0.0.1:32768/score"
    place = Place(way="container", title="container", where=url, live=True, call=call, url=url)
    before = (Port(container=8883, host_port=40000), Port(container=5001, host_port=32768))
    now = (Port(container=8883, host_port=32768), Port(container=5001, host_port=32771))
    there = moved(place, before, now)
    assert there.url == "http://127.0.0.1:32771/score"
    assert "was 32768 before" in there.where
    assert moved(place, before, before) is place
    assert moved(place, before, (Port(container=5001),)) is place
