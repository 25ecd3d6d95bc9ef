"""The first body that is offered is one that the script reads."""

import json
from pathlib import Path

import pytest

from checks.cases import container, script
from checks.containers import Answer, Answers
from checks.evidence import Evidence
from doctor.content_types import kind_of_body, takes_raw
from doctor.payloads.offering import offers
from doctor.payloads.samples import Offer
from doctor.payloads.slimming import described, slim

TEXT = """
import json
def init(): pass
def run(raw):
    text = json.loads(raw)["text"]
    return len(text.split())
"""
FRAME = """
import json
import pandas as pd
def init(): pass
def run(raw):
    frame = pd.DataFrame(json.loads(raw)["instances"])
    return frame.sum().tolist()
"""
RAW = """
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
def init(): pass
@rawhttp
def run(request):
    return len(request.get_data())
"""
RAW_JSON = """
from azureml_inference_server_http.api.aml_request import rawhttp
def init(): pass
@rawhttp
def run(request):
    return len(request.get_json(force=True)["items"])
"""
SERVED = {
    "openapi": "3.0.3",
    "paths": {"/score": {"post": {"requestBody": {"content": {"application/json": {"schema": {
        "type": "object", "required": ["rows"], "properties": {"rows": {"type": "array"}},
        "example": {"rows": [[5, 6]]},
    }}}}}}},
}  # fmt: skip


def files(folder: Path, **bodies: object) -> tuple[Offer, ...]:
    """Files with these bodies."""
    found = []
    for name, body in bodies.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(body))
        found.append(Offer(name=path.name, origin="sample", about=str(path), path=str(path)))
    return tuple(found)


@pytest.mark.parametrize(("code", "key"), [(TEXT, "text"), (FRAME, "instances"), (RAW_JSON, "items")])
def test_without_a_sample_that_fits_one_is_written_from_the_code(code: str, key: str, tmp_path: Path) -> None:
    found = offers(script(code), files(tmp_path, sample={"data": [[1.0]]}))
    assert [one.origin for one in found] == ["example", "sample"]
    assert list(json.loads(found[0].body)) == [key]


def test_a_sample_that_fits_stands_before_one_that_does_not(tmp_path: Path) -> None:
    odd, good = files(tmp_path, odd={"data": 1}, sample={"text": "all is well"})
    assert [one.name for one in offers(script(TEXT), (odd, good))] == ["sample.json", "odd.json"]
    given = Offer(name=odd.name, origin="sample", about="", path=odd.path, given=True)
    assert offers(script(TEXT), (given, good))[0] is given, "the person named it"


def test_what_a_container_serves_tells_what_it_takes() -> None:
    fields = {"route": "published", "address": "http://127.0.0.1:5001", "status": 200}
    answer = Answer(method="GET", path="/swagger.json", body=json.dumps(SERVED), **fields)  # type: ignore[arg-type]
    evidence = described(slim(container("", {"answers": Answers(items=(answer,))})))
    assert json.loads(offers(evidence, ())[0].body) == {"rows": [[5, 6]]}


@pytest.mark.parametrize(
    ("evidence", "name", "kind"),
    [
        (script(RAW), "scan.png", "image/png"),
        (script(RAW), "rows.csv", "text/csv"),
        (script(RAW), "rows.npy", "application/octet-stream"),
        (script(RAW), "rows.json", "application/json"),
        (script(TEXT), "rows.csv", "application/json"),
        (container(""), "rows.csv", "text/csv"),
    ],
)
def test_the_name_of_a_sample_counts_where_raw_http_is_taken(evidence: Evidence, name: str, kind: str) -> None:
    assert kind_of_body(b"1,2\n3,4\n", name, takes_raw(evidence)) == kind
