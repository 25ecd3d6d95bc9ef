"""Logs wrapped in another format: JSON lines, JSON documents, tables of Log Analytics and Application Insights."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from doctor.logs import kubernetes, records

LARGEST_CELL = 1 << 24  # characters
SEARCHES = 50  # texts of a document that may be looked for in vain
BEGINS = ("{", "[")


@dataclass(frozen=True, slots=True)
class Rec:
    """One record: its first line in the original, when it was written (sortable, or empty), its text."""

    number: int
    time: str
    text: str


def in_order(told: Iterable[Rec]) -> list[Rec]:
    """Oldest first, where an export has the newest first."""
    found = list(told)
    times = [one.time for one in found if one.time]
    falling = sum(before > after for before, after in pairwise(times))
    rising = sum(before < after for before, after in pairwise(times))
    return found[::-1] if falling > rising and len(times) == len(found) else found


def from_json_line(line: str) -> str | None:
    """The text of a line that is a JSON record; None when it is not, or not one of a log."""
    begun = line.lstrip()
    if not begun.startswith("{") or not line.rstrip().endswith("}"):
        return None
    record = records.loads(begun)
    return records.text_of(record) if isinstance(record, dict) else None


def from_document(text: str) -> list[Rec] | None:
    """The records of a whole JSON document, None when it is none or does not hold records."""
    if not text.lstrip("\ufeff \t\r\n").startswith(BEGINS):
        return None
    document = records.loads(text)
    objects = kubernetes.items_of(document)
    if objects is not None:
        return in_order(
            _placed(text, ((_mark(one), kubernetes.time_of(one), kubernetes.text_of(one)) for one in objects))
        )
    rows = _rows(document)
    if rows is None:
        return None
    told = [(row, records.text_of(row)) for row in rows]
    if not any(text is not None for _, text in told):
        return None
    return in_order(
        _placed(text, ((records.mark_of(row), records.time_of(row), said) for row, said in told if said is not None))
    )


def _rows(document: object) -> list[dict[str, Any]] | None:
    """Rows of a query's answer, or a list of records, however it is wrapped."""
    if isinstance(document, list):
        found = [one for one in document if isinstance(one, dict)]
        return found if found and len(found) == len(document) else None
    if not isinstance(document, dict):
        return None
    if streams := _streams(document):
        return streams
    tables = document.get("tables") or document.get("Tables")
    if isinstance(tables, list):
        return [row for table in tables if isinstance(table, dict) for row in _table(table)]
    for name in ("value", "records", "events", "entries", "results", "Results", "logs", "data", "hits"):
        inner = document.get(name)
        if isinstance(inner, list | dict):
            rows = _rows(inner)
            if rows:
                return [one["_source"] if isinstance(one.get("_source"), dict) else one for one in rows]
    return None


def _streams(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of what Loki takes and answers, oldest first: streams, each with its labels and pairs of time and line.

    Source: https://grafana.com/docs/loki/latest/reference/loki-http-api
    """
    data = document.get("data")
    found = document.get("streams") or (data if isinstance(data, dict) else document).get("result")
    rows: list[dict[str, Any]] = []
    for one in found if isinstance(found, list) else []:
        values, labels = (one.get("values"), one.get("stream")) if isinstance(one, dict) else (None, None)
        labels = labels if isinstance(labels, dict) else {}
        pod = {"pod_name": labels.get("pod", ""), "container_name": labels.get("container", "")}
        rows += [
            {"time": int(str(pair[0])[:30]), "log": pair[1], "kubernetes": pod}
            for pair in (values if isinstance(values, list) else ())
            if isinstance(pair, list) and len(pair) > 1 and str(pair[0]).isdecimal() and isinstance(pair[1], str)
        ]
    return sorted(rows, key=lambda row: row["time"])


def _table(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    columns = table.get("columns") or table.get("Columns") or []
    names = [
        str(one.get("name") or one.get("ColumnName") if isinstance(one, dict) else one)
        for one in (columns if isinstance(columns, list) else [])
    ]
    rows = table.get("rows") or table.get("Rows")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, list):
            yield dict(zip(names, row, strict=False))
        elif isinstance(row, dict):
            yield row


def _mark(one: kubernetes.Object) -> str:
    metadata = one.get("metadata")
    return str(metadata.get("uid") or metadata.get("name") or "") if isinstance(metadata, dict) else ""


def _placed(text: str, told: Iterable[tuple[str, str, str]]) -> Iterator[Rec]:
    """Find each record in the document again, by a text that it holds, going forward only."""
    import msgspec

    at, number, vain = 0, 1, 0
    for mark, time, said in told:
        if mark and vain < SEARCHES:
            found = text.find(msgspec.json.encode(mark[:200]).decode()[1:-1], at)
            if found < 0:
                vain += 1
            else:
                number += text.count("\n", at, found)
                at = found
        yield Rec(number, time, said)


def csv_dialect(head: str) -> str | None:
    """The delimiter when the first line is a header of a table that holds a log."""
    header = head.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")
    if len(header) > 10_000:
        return None
    for delimiter in (",", ";", "\t"):
        try:
            names = next(csv.reader([header], delimiter=delimiter), [])
        except csv.Error:
            return None
        if len(names) > 1 and records.is_known(names):
            return delimiter
    return None


def from_csv(lines: Iterable[str], delimiter: str) -> Iterator[Rec]:
    """The records of a table, one by one. A quote that never ends takes at most `LARGEST_CELL` characters."""
    before = csv.field_size_limit(LARGEST_CELL)
    try:
        rows = csv.reader(lines, delimiter=delimiter)
        names = [name.lstrip("\ufeff").split(" [", 1)[0] for name in next(rows, [])]  # `timestamp [UTC]`
        number = rows.line_num + 1
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error:
                number = rows.line_num + 1
                continue
            record = dict(zip(names, row, strict=False))
            said = records.text_of({name: value for name, value in record.items() if value != ""})
            if said is not None:
                yield Rec(number, records.time_of(record), said)
            elif any(row):
                yield Rec(number, "", " ".join(cell for cell in row if cell))
            number = rows.line_num + 1
    finally:
        csv.field_size_limit(before)
