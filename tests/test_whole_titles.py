"""A title that was cut for a list is told in full where there is room: on the screen, in the text, in Markdown."""

from pathlib import Path

import pytest

from checks.finding import Finding, Quote
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.reports import Style, markdown, text
from doctor.reports.whole_title import whole_title
from tui.causes.detail_lines import folded
from tui.causes.detail_page import document
from tui.causes.rows import listing

MESSAGE = "the tokenizer of the model was made with version 4 of its library, while version 3 is what reads it here now"


def finding(title: str, *quoted: str, why: str = "") -> Finding:
    """One with these quotes."""
    some = tuple(Quote(source="docker logs score", text=text) for text in quoted)
    return Finding(id="log.x", family="log", title=title, why=why or "it failed", evidence=some)


@pytest.mark.parametrize(
    ("title", "quoted", "expected"),
    [
        ("the server refuses: the tokenizer of the mod…", f"OSError: {MESSAGE}.", f"the server refuses: {MESSAGE}"),
        ("the server refuses: the tokenizer of …", f"a\n  {MESSAGE}  \nb", f"the server refuses: {MESSAGE}"),
        ("the server refuses: the tokenizer …", "something else", "the server refuses: the tokenizer …"),
        ("refuses: a…", "b a bad word", "refuses: a…"),
        ("no cut end: the tokenizer of the model", MESSAGE, "no cut end: the tokenizer of the model"),
    ],
)
def test_the_end_of_a_title(title: str, quoted: str, expected: str) -> None:
    assert whole_title(finding(title, quoted)) == expected


def test_the_reason_may_hold_the_end() -> None:
    assert whole_title(finding("refused: the tokenizer of…", why=f"It said: {MESSAGE}. So it ended.")).endswith("now")


def test_every_place_with_room_tells_it_whole(tmp_path: Path) -> None:
    log = tmp_path / "pod.log"
    log.write_text(
        'Traceback (most recent call last):\n  File "/var/azureml-app/score.py", line 9, in init\n'
        f"    model = load()\nteam.Unfit: {MESSAGE}\n"
    )
    (one,) = diagnose(Call(kind="log", name=str(log))).diagnosed
    (cause,) = one.report.causes
    assert cause.title.endswith("…")
    for written in (text.write([one.report], Style(width=80)), markdown.write([one.report], Style(width=80))):
        assert " ".join(written.split()).count(MESSAGE) >= 2, "in the title and in the evidence"
    made = listing(one.report)
    (row,) = (row for row in made.rows if row.kind == "cause")
    lines = [line.plain for line, _ in folded(document(row, made, 60), 60)]
    assert MESSAGE in " ".join(" ".join(lines[:6]).split()), "above the quotes"
    assert "…" not in "".join(lines)
    assert all(len(line) <= 60 for line in lines[:6])
