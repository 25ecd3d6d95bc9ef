"""Whatever wraps, packs or encodes a log, its lines come out as the program wrote them, under their own numbers."""

import bz2
import codecs
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from checks.evidence import Log
from checks.logs.lines import read_lines
from doctor.errors import CannotExamine
from doctor.logs.reading import read_logs, read_stream
from doctor.logs.spooling import read_whole
from doctor.logs.wholes import Whole

TEXT = "first\nModuleNotFoundError: No module named 'cv2'\nlast: café"


def read(data: bytes, name: str = "log.txt") -> list[Log]:
    return list(read_stream(name, io.BytesIO(data)))


def one(data: bytes) -> Log:
    (log,) = read(data)
    return log


def refused(data: bytes, name: str) -> tuple[list[Log], str]:
    """The logs that could be read, and why the others could not."""
    logs: list[Log] = []
    with pytest.raises(CannotExamine) as told:
        logs.extend(read_stream(name, io.BytesIO(data)))
    return logs, str(told.value)


def messages(log: Log) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in read_lines(log) if not line.derived]


def test_plain_text() -> None:
    assert one(TEXT.encode()) == Log(source="log.txt", text=TEXT)
    assert one(b"") == Log(source="log.txt", text="")


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        bz2.compress,
        lzma.compress,
        zstandard.compress,
        lambda data: gzip.compress(zstandard.compress(data)),
    ],
    ids=["gzip", "bzip2", "xz", "zstd", "both"],
)
def test_compressed(pack: Callable[[bytes], bytes]) -> None:
    assert one(pack(TEXT.encode())).text == TEXT
    assert one(pack(b"one\n") + pack(b"two")).text in {
        "one\ntwo",
        "one\n",
    }  # inside another, rubbish after it is ignored
    long = b"".join(b"line %d\n" % n for n in range(9000))
    cut = one(pack(long)[:-400])
    assert long.decode().startswith(cut.text)


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("cp1252"),
        TEXT.encode("latin-1"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("Module", "\x1b[31mModule\x1b[0m").encode(),
        TEXT.replace("Module", "#033[31mModule#033[0m").encode(),
        TEXT.replace("first", "[32mfirst[0m").encode(),
        TEXT.replace("first", "\x1b]0;title\x07\x1b[2Kfi\0rst\a\x1b(B").encode(),
    ],
)
def test_encodings_and_what_terminals_leave(data: bytes) -> None:
    assert one(data).text == TEXT
    assert one(data[: len(data) - len(data) % 4 - 4]).text.startswith("first\nModuleNotFoundError")


def test_two_encodings_in_one_file() -> None:
    assert one("é\n".encode() + "é\n".encode("cp1252") + "€".encode()).text == "é\né\n€"


def test_a_range_of_time_is_no_colour() -> None:
    assert one(b"rate(x[5m]) and [30m] [0m").text == "rate(x[5m]) and [30m] "


def test_progress_bars_keep_their_last_state() -> None:
    log = one(b"a\n 10%|#  | 1/9\r 50%|## | 5/9\r100%|###| 9/9\r\nERROR: gone\r  2% 1\r  3% 2\nz")
    assert messages(log) == [(1, "a"), (2, "100%|###| 9/9"), (3, "ERROR: gone"), (3, "  3% 2"), (4, "z")]


def test_files_of_archives(tmp_path: Path) -> None:
    zipped = tmp_path / "logs.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a/one.log", "one")
        archive.writestr("two.log.gz", gzip.compress(b"two"))
        archive.writestr("__MACOSX/._one.log", "no")
        archive.writestr("model.pkl", b"\x80\x04")
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as nested:
            nested.writestr("three.log", "three")
        archive.writestr("inner.zip", inner.getvalue())
    wanted = [("a/one.log", "one"), ("two.log.gz", "two"), ("inner.zip!three.log", "three")]
    assert [(log.source, log.text) for log in read_logs(zipped)] == [
        (f"{zipped}!{name}", text) for name, text in wanted
    ]
    assert [log.text for log in read(zipped.read_bytes())] == ["one", "two", "three"]
    assert [log.text for log in read(gzip.compress(zipped.read_bytes()))] == ["one", "two", "three"]
    lines: list[bytes] = []
    for name, _ in wanted:
        read_whole(Whole(kind="file", name=f"{zipped}!{name}"), lambda _, line: lines.append(line))
    assert lines == [b"one", b"two", b"three"], "as the explorer and a bundle read them"


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress, lzma.compress])
def test_tar(pack: Callable[[bytes], bytes]) -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, text in (("./a.log", b"one"), ("b/c.log", b"two\n" * 4000), (".hidden", b"no")):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    logs = read(pack(held.getvalue()), "x.tar")
    assert [(log.source, len(log.text)) for log in logs] == [("x.tar!./a.log", 3), ("x.tar!b/c.log", 16000)]
    cut, told = refused(pack(held.getvalue()[:9000]), "x.tar")
    assert cut[0].text == "one"
    assert told.startswith("x.tar is a tar archive that is cut off or damaged")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CannotExamine, match=r"gone\.log is not there"):
        list(read_logs(tmp_path / "gone.log"))
    with pytest.raises(CannotExamine, match="is a folder"):
        list(read_logs(tmp_path))
    with pytest.raises(CannotExamine, match="unpack it"):
        read(b"7z\xbc\xaf\x27\x1c rest")
    for data, name, words in (
        (b"PK\x03\x04 rest", "log.txt", "is a zip archive that is cut off or damaged"),
        (b"", "x.zip", "x.zip is no zip file: it is empty; copy"),
        (b"", "x.log.gz", "is no gz file: it is empty"),
        (gzip.compress(b"one")[:10], "x.tar.gz", "is no tar.gz file: it is cut off"),
        (b"PK", "x.zip", "it is cut off"),
        (b"\n<html>", "x.zip", "it holds a web page"),
        (b"I started\n", "x.zip", "it holds text; give it a name that ends with .log"),
    ):
        with pytest.raises(CannotExamine, match=words):
            read(data, name)
    assert read(b"I started\n", "x.log.gz")[0].text == "I started\n", "what a browser has unpacked"


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_what_cannot_be_read_in_an_archive_keeps_nothing_else_back() -> None:
    inner = zipped({"none.zip": zipped({"deep.zip": zipped({"a.log": b"deep"})})})
    odd = zipped({"locked.log": b"x"}).replace(b"\x14\0\0\0\x08\0", b"\x14\0\x01\0\x08\0")
    files = {"a.7z": b"7z\xbc\xaf\x27\x1c", "b.log": b"b", "c.zip": odd, "d.zip": inner, "e.log": b"e"}
    logs, told = refused(zipped(files), "x.zip")
    assert [log.text for log in logs] == ["b", "e"]
    for words in ("a.7z is a 7z", "c.zip is encrypted with a password", "d.zip!none.zip is an archive in an archive"):
        assert f"x.zip!{words}" in told


def test_bombs_are_read_up_to_what_logs_pack_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctor.logs.allowance.LEAST", 1 << 20)
    monkeypatch.setattr("doctor.logs.decompression.PIECE", 1 << 18)
    monkeypatch.setattr("doctor.logs.archives.PIECE", 1 << 18)
    line = b"a" * (2 << 20)
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        info = tarfile.TarInfo("a.log")
        info.size = len(line)
        archive.addfile(info, io.BytesIO(line))
    for data in (
        *(pack(line) for pack in (gzip.compress, bz2.compress, lzma.compress, zstandard.compress)),
        *(gzip.compress(gzip.compress(line)), held.getvalue(), zipped({"a.log": line})),
        *(zipped({f"{at}.zip": zipped({"a.log": line}) for at in range(9)}), zipped({"a.log.gz": gzip.compress(line)})),
    ):
        logs, told = refused(data, "x")
        assert len(logs) == 1, "its beginning is judged"
        assert told.startswith("x unpacks to more than 1 MB, over 100 times its size")


def test_docker_json_file() -> None:
    rows = [
        {
            "log": "\u001b[31mTraceback (most recent call last):\u001b[0m\n",
            "stream": "stderr",
            "time": "2026-11-20T17:53:00.1Z",
        },
        {"log": "a line in ", "stream": "stdout", "time": "2026-11-20T17:53:00.2Z"},
        {"log": "two parts\n", "stream": "stdout", "time": "2026-11-20T17:53:00.3Z"},
        {"log": '  File "score.py", line 1\n', "stream": "stderr", "time": "2026-11-20T17:53:00.4Z"},
    ]
    log = one("\n".join(map(json.dumps, rows)).encode())
    lines = read_lines(log)
    assert [(line.number, line.stream, line.text) for line in lines] == [
        (1, "stderr", "Traceback (most recent call last):"),
        (2, "stdout", "a line in two parts"),
        (4, "stderr", '  File "score.py", line 1'),
    ]
    assert lines[0].time == "2026-11-20T17:53:00.1Z"


def test_streams_of_loki() -> None:
    said = [
        "Traceback (most recent call last):",
        '  File "/var/azureml-app/score.py", line 9, in init',
        "KeyError: 'tfidf'",
    ]
    values = [[str(1795197180000000000 + at), line] for at, line in enumerate(said)]
    streams = [
        {"stream": {"pod": "a", "container": "main"}, "values": values[::-1]},
        {"stream": {"pod": "b"}, "values": [["1795197180000000001", "fine"], ["x", "y"], 3]},
        {"stream": [], "values": None},
    ]
    for document in ({"streams": streams}, {"status": "success", "data": {"resultType": "streams", "result": streams}}):
        lines = read_lines(one(json.dumps(document).encode()))
        assert [line.text for line in lines if "pod/a/main" in line.stream] == said
        assert [line.text for line in lines if "pod/b/" in line.stream] == ["fine"]


def test_json_loggers() -> None:
    stack = "Traceback (most recent call last):\n  File \"score.py\", line 3, in run\nKeyError: 'data'"
    rows = [
        {
            "timestamp": "2026-11-20T17:53:00.1Z",
            "level": "ERROR",
            "logger": "score",
            "message": "failed",
            "exception": stack,
        },
        {"asctime": "2026-11-20 17:53:00,123", "levelname": "WARNING", "msg": "careful", "process": 12},
        {
            "timestamp": "2026-11-20T17:53:00Z",
            "message": json.dumps({"requestId": "0", "message": "User's init function failed", "apiName": ""}),
            "path": "/var/azureml-app/aml_logger.py",
            "level": "ERROR",
            "logger": "root",
        },
        {
            "log": "boom\n",
            "stream": "stderr",
            "kubernetes": {"pod_name": "a-1", "container_name": "main"},
            "@timestamp": "2026-11-20T17:53:00Z",
        },
        {"ts": 1795197180.5, "level": "error", "msg": "Reconciler error", "error": "ConfigMap not found"},
        {"error": {"code": "QuotaExceeded", "message": "left to others"}},
        {"unknown": 1},
    ]
    log = one(("start\n" + "\n".join(map(json.dumps, rows))).encode())
    lines = [line for line in read_lines(log) if not line.derived]
    assert [(line.number, line.level, line.text) for line in lines[:7]] == [
        (1, "", "start"),
        (2, "error", "failed"),
        *((2, "error", text) for text in stack.split("\n")),
        (3, "warning", "careful"),
        (4, "error", "User's init function failed"),
    ]
    assert lines[5].process == "12"
    assert (lines[7].stream, lines[7].text) == ("pod/a-1/main stderr", "boom")
    assert [line.text for line in lines[8:10]] == ["Reconciler error", "ConfigMap not found"]
    assert "QuotaExceeded" in log.text
    assert '{"unknown": 1}' in log.text


POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "churn-1", "namespace": "scoring"},
    "spec": {"containers": [{"name": "main", "image": "x:1", "resources": {"limits": {"memory": "1Gi"}}}]},
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "main",
                "restartCount": 4,
                "ready": False,
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
                "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
            }
        ],
    },
}
EVENTS = {
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "kind": "Event",
            "metadata": {"name": f"e{n}"},
            "type": "Warning",
            "reason": "FailedScheduling",
            "message": f"{n}/3 nodes are available",
            "count": 3,
            "lastTimestamp": f"2026-11-20T17:5{n}:00Z",
            "involvedObject": {"kind": "Pod", "name": "churn-1"},
        }
        for n in (3, 2, 1)
    ],
}


def test_objects_of_kubernetes() -> None:
    text = one(json.dumps(POD, indent=2).encode()).text
    for line in (
        "    State:          Waiting",
        "      Reason:       CrashLoopBackOff",
        "    Last State:     Terminated",
        "      Reason:       OOMKilled",
        "      Exit Code:    137",
        "    Restart Count:  4",
    ):
        assert line in text.split("\n")
    log = one(json.dumps(EVENTS, indent=2).encode())
    assert [line.text.split("   ")[-1] for line in read_lines(log)] == [f"{n}/3 nodes are available" for n in (1, 2, 3)]
    assert "(x3)   Warning   FailedScheduling   pod/churn-1" in log.text
    source = json.dumps(EVENTS, indent=2).split("\n")
    assert all(f'"name": "e{n}"' in source[number - 1] for n, number in zip((1, 2, 3), log.numbers, strict=True))


CSV = (
    "TimeGenerated,PodName,LogMessage,LogSource\r\n"
    '2026-11-20T17:53:03Z,churn-1,"KeyError: ""data""",stderr\r\n'
    '2026-11-20T17:53:02Z,churn-1,"Traceback (most recent call last):\n  File ""score.py"", line 3",stderr\r\n'
    '"11/20/2026, 5:53:01.000 PM",churn-1,fine,stdout\r\n'
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables(delimiter: str) -> None:
    text = (
        CSV
        if delimiter == ","
        else CSV.replace("11/20/2026, 5", "11/20/2026 5").replace(",", delimiter).replace(f"{delimiter} line", ", line")
    )
    assert messages(one(codecs.BOM_UTF8 + text.encode())) == [
        (5, "fine"),
        (3, "Traceback (most recent call last):"),
        (3, '  File "score.py", line 3'),
        (2, 'KeyError: "data"'),
    ]


def test_a_comma_makes_no_table() -> None:
    text = "Error, message of today: nothing\nmore, text\n"
    assert one(text.encode()).text == text


def test_answers_of_queries() -> None:
    tables = {
        "tables": [
            {
                "name": "PrimaryResult",
                "columns": [{"name": "timestamp"}, {"name": "type"}, {"name": "outerMessage"}, {"name": "details"}],
                "rows": [
                    [
                        "2026-11-20T17:53:02Z",
                        "KeyError",
                        "KeyError: 'data'",
                        json.dumps(
                            [
                                {
                                    "rawStack": "Traceback (most recent call last):\nKeyError: 'data'",
                                    "message": "KeyError: 'data'",
                                }
                            ]
                        ),
                    ],
                    ["2026-11-20T17:53:01Z", "ValueError", "ValueError: x", ""],
                ],
            }
        ]
    }
    said = [text for _, text in messages(one(json.dumps(tables).encode()))]
    assert said[0] == "ValueError: x"
    assert "Traceback (most recent call last):" in said
    rows = [{"TimeGenerated": "2026-11-20T17:53:01Z", "Message": "boom", "ContainerName": "inference-server"}]
    assert messages(one(json.dumps(rows, indent=1).encode())) == [(4, "boom")]


def test_an_answer_of_a_server_stays_and_a_build_record_is_told() -> None:
    answer = r'{"error":"Expected \"instances\" to be a list"}'
    assert one(f"HTTP/1.1 400 Bad Request\n{answer}".encode()).text == f"HTTP/1.1 400 Bad Request\n{answer}"
    build = {"errorDetail": {"message": "no space left"}, "error": "no space left"}
    assert one(f"begins\n{json.dumps(build)}".encode()).text == "begins\nERROR: no space left"


def test_other_json_stays() -> None:
    for document in ({"status": "Failed", "error": {"code": "X", "message": "y"}}, [1, 2], {"a": {"b": 1}}):
        text = json.dumps(document, indent=2)
        assert one(text.encode()).text == text


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"timestamp": "2026-03-09T12:02:44Z", "jsonPayload": {"message": "model loaded"}}, "model loaded"),
        ({"timestamp": "2026-03-09T12:02:44Z", "jsonPayload": {"levelname": "INFO", "jsonPayload": {}}}, ""),
        ({"time": "2026-03-09T12:02:44Z", "properties": {"status": 200, "properties": {"pod": "a"}}}, ""),
    ],
)
def test_records_in_records_end(record: dict[str, object], told: str) -> None:
    (log,) = read_stream("export.json", io.BytesIO((json.dumps(record) + "\n").encode()))
    assert told in log.text
