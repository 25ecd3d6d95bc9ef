"""What the bench says of a body is what `doctor check --sample` says of it."""

import json
from pathlib import Path

import pytest
from payloads.benches import diagnosed, known, sample_of

from checks.evidence import Evidence, Target
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.payloads.judging import judge


@pytest.mark.parametrize("name", ["body-key-400", "payload-key", "healthy-schema-pandas", "healthy-schema-numpy"])
def test_it_says_the_same_as_check(name: str, tmp_path: Path) -> None:
    diagnosis = diagnosed(name, tmp_path)
    judgement = judge(known(diagnosis), *sample_of(diagnosis))
    causes = [one.title for one in diagnosis.report.causes if one.family == "contract"]
    assert [one.finding.title for one in judgement.wrong] == causes
    assert not judgement.crashed


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": [[1.0, "2", 3.0]]}',
        b"{'data': [[1.0, 2.0, 3.0]]}",
        b'{"data": [[1.0, 2.0, 3.0],]}',
        b'{"data": [[1.0, NaN, 3.0]]}',
        b'{"data": [1.0, 2.0, 3.0]}',
        b'{"data": [[1.0, 2.0, 3.0], [4.0]]}',
        b'[[1.0, 2.0, 3.0]]',
        b'{"data": null}',
        b"data=1&x=2",
        b"\x89PNG\r\n\x1a\n0000",
        b"",
    ],
    ids=lambda body: repr(body)[2:24],
)  # fmt: skip
def test_an_edited_body_says_the_same_as_check_of_that_file(body: bytes, tmp_path: Path) -> None:
    diagnosis = diagnosed("body-key-400", tmp_path)
    sample = tmp_path / "typed.json"
    sample.write_bytes(body)
    of_check = diagnose(Call(kind="script", name=diagnosis.call.name, samples=(str(sample),), run=True)).diagnosed[0]
    judgement = judge(known(diagnosis), str(sample), body)
    # What check saw of run() is more than can be known before anything is sent.
    foretold = {one.title for one in of_check.report.findings if one.family == "contract"}
    said = [one.finding for one in judgement.faults]
    assert {one.title for one in said} <= foretold
    assert {one.title for one in of_check.report.causes if one.family == "contract"} <= {one.title for one in said}


def test_a_fault_has_its_place(tmp_path: Path) -> None:
    evidence = known(diagnosed("healthy-schema-numpy", tmp_path))
    text = '{\n  "data": [\n    [0.4, 12.5, 61.0, 8.0],\n    [0.9, "24.0", 40.0, 17.0]\n  ]\n}\n'
    judgement = judge(evidence, "typed", text.encode())
    fault = judgement.faults[0]
    assert (fault.line, fault.pointer) == (4, "/data/1/1")
    assert fault.at == "4:11 /data/1/1"
    assert text.splitlines()[3][fault.column :][: fault.length] == '"24.0"'


def test_broken_json_has_line_and_column_and_its_cause(tmp_path: Path) -> None:
    evidence = known(diagnosed("healthy-schema-numpy", tmp_path))
    judgement = judge(evidence, "typed", b'{\n  "data": [[0.4, 12.5, 61.0, 8.0],]\n}')
    assert (judgement.syntax_line, judgement.faults[0].finding.id) == (2, "contract.json-comma")
    assert judgement.faults[0].line == 2


def test_what_the_server_answers_is_foretold(tmp_path: Path) -> None:
    evidence = known(diagnosed("body-key-400", tmp_path))
    assert judge(evidence, "typed", b'{"Data": []}').prediction.status == 400  # type: ignore[union-attr]
    assert judge(evidence, "typed", b'{"data": [[1.0, 2.0, 3.0]]}').prediction.status == 200  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "words"), [("payload-key", "the code of run() reads (`data`)"), ("healthy-rawhttp", "takes raw HTTP")]
)
def test_without_a_contract_it_says_so_and_how_to_get_one(name: str, words: str, tmp_path: Path) -> None:
    diagnosis = diagnosed(name, tmp_path)
    judgement = judge(known(diagnosis), *sample_of(diagnosis))
    assert not judgement.contract
    assert words in judgement.advice


def test_nothing_known_is_no_crash() -> None:
    judgement = judge(Evidence(target=Target(kind="log", name="x.log")), "typed", b'{"a": 1')
    assert not judgement.contract
    assert judgement.syntax
    assert not judgement.crashed


def test_what_was_tried_with_another_body_does_not_speak_for_this_one(tmp_path: Path) -> None:
    diagnosis = diagnosed("healthy-schema-numpy", tmp_path)
    source, _ = sample_of(diagnosis)
    judgement = judge(known(diagnosis), source, b'{"data": [[0.4, 12.5]], "more": 1}')
    assert judgement.wrong, "the rehearsal took the file's own body, and not this one"


def test_a_large_body_is_not_judged_while_somebody_types(tmp_path: Path) -> None:
    evidence = known(diagnosed("healthy-schema-numpy", tmp_path))
    judgement = judge(evidence, "large.json", json.dumps({"data": [[1.0] * 4] * 400_000}).encode())
    assert not judgement.faults
    assert "not judged while you edit" in judgement.advice
