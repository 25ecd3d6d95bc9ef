"""Bodies laid out, kept, offered, and written as curl."""

import json
from pathlib import Path

import pytest
from payloads.benches import diagnosed, place_of

from doctor.diagnosis.call import Call
from doctor.errors import CannotExamine
from doctor.payloads.curl import curl
from doctor.payloads.judging import judge
from doctor.payloads.keeping import Exists, free_name, keep
from doctor.payloads.layout import laid_out
from doctor.payloads.offering import offers
from doctor.payloads.records import Place
from doctor.payloads.samples import files_of
from doctor.payloads.slimming import slim


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1.500,"b":[1e5,-0.0]}', '{\n  "a": 1.500,\n  "b": [1e5, -0.0]\n}'),
        ("[]", "[]"),
        ("{}\n", "{}\n"),
        ('"a\\u00e9, [b]"', '"a\\u00e9, [b]"'),
        ('{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'),
        ("[12345678901234567890123]", "[\n  12345678901234567890123\n]"),
        ('{"a":{},"b":[[]]}', '{\n  "a": {},\n  "b": [[]]\n}'),
    ],
)
def test_json_is_laid_out_and_nothing_else_changes(text: str, expected: str) -> None:
    assert laid_out(text) == expected
    assert laid_out(expected) == expected, "once more changes nothing"


def test_long_rows_are_broken_and_short_ones_stay() -> None:
    text = json.dumps({"data": [{"name": "n" * 30, "value": 1.0, "more": "m" * 40}, {"name": "short"}]})
    lines = laid_out(text).splitlines()
    assert '    {"name": "short"}' in lines
    assert max(map(len, lines)) <= 72
    assert json.loads("\n".join(lines)) == json.loads(text)


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "[" * 100_000 + "]" * 100_000])
def test_what_is_no_json_is_not_laid_out(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        laid_out(text)


def test_a_body_is_kept_whole_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    keep(path, b"one")
    with pytest.raises(Exists):
        keep(path, b"two")
    assert path.read_bytes() == b"one"
    path.chmod(0o640)
    keep(path, b"two", replace=True)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two", 0o640)
    assert [one.name for one in tmp_path.iterdir()] == ["sample.json"], "nothing is left beside it"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "sample.json"
    real.write_bytes(b"one")
    link.symlink_to(real)
    keep(link, b"two", replace=True)
    assert link.is_symlink()
    assert real.read_bytes() == b"two"


def test_places_where_nothing_can_be_kept_are_told(tmp_path: Path) -> None:
    with pytest.raises(CannotExamine, match="is a folder"):
        keep(tmp_path, b"")
    with pytest.raises(CannotExamine, match="is not there"):
        keep(tmp_path / "none" / "sample.json", b"")


def test_new_names_are_free_and_found_again(tmp_path: Path) -> None:
    (tmp_path / "sample.json").touch()
    (tmp_path / "sample-2.json").touch()
    assert free_name(tmp_path, "sample.json").name == "sample-3.json"
    assert free_name(tmp_path, "sample-2.json").name == "sample-3.json"
    assert free_name(tmp_path, "churn").name == "sample-churn-2.json"


def test_what_is_offered_begins_with_files_and_the_example_has_no_fault(tmp_path: Path) -> None:
    diagnosis = diagnosed("healthy-schema-pandas", tmp_path)
    assert diagnosis.evidence
    evidence = slim(diagnosis.evidence)
    found = offers(evidence, files_of(diagnosis))
    assert [one.origin for one in found[:3]] == ["sample", "example", "made"]
    assert not judge(evidence, found[1].name, found[1].body).faults
    faulty = [one for one in found if "fault" in one.about]
    assert len(faulty) > 5
    assert judge(evidence, "made", faulty[0].body).wrong


def test_without_a_diagnosis_nothing_is_offered() -> None:
    assert files_of(None) == ()


def test_curl_names_the_variable_and_never_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORING_KEY", "Abcdefgh12345678Abcdefgh")
    call = Call(kind="url", name="https://score.example.com/score?code=Zyxw9876Zyxw9876", key_variable="SCORING_KEY")
    place = Place(way="url", title="URL", where="", live=True, call=call, url=call.name)
    line = curl(place, "sample.json", b'{"a": "it\'s"}', is_file=False)
    assert '-H "Authorization: Bearer $SCORING_KEY"' in line
    assert "Abcdefgh" not in line
    assert "Zyxw" not in line
    assert line.endswith("https://score.example.com/score")
    assert """'{"a": "it'"'"'s"}'""" in line
    assert "--data-binary @sample.json" in curl(place, "sample.json", b"{}", is_file=True)


def test_curl_of_a_rehearsal_asks_the_server_on_its_usual_port(tmp_path: Path) -> None:
    place = place_of(diagnosed("healthy-rawhttp", tmp_path))
    line = curl(place, "sample.wav", b"RIFF\xff\xfe", is_file=False)
    assert line.endswith("--data-binary @sample.wav http://127.0.0.1:5001/score")
    assert "Content-Type: audio/wav" in line, "what the name says, as in the rehearsal"
