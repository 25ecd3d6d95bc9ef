"""Tracebacks as Python, faulthandler, IPython and rich write them, alone and inside other text."""

import subprocess
import sys
from pathlib import Path

import pytest

from checks.evidence import Log
from checks.logs.frames import is_own
from checks.logs.lines import Line, read_lines
from checks.logs.tracebacks import Traceback, find_tracebacks

SCRIPT = """\
import sys
class Foo(Exception): pass
def init():
    load()
def load():
    try:
        open("/nope/model.pkl")
    except OSError as e:
        raise RuntimeError("cannot\\nload: two lines") from e
def during():
    try:
        {}["a"]
    except KeyError:
        import nosuch
def bare(): raise Foo
def deep(n=""):
    return deep(n)
def several():
    return max(
        1,
        2 + None,
    )
def pool():
    import multiprocessing as m
    with m.Pool(1) as p: p.apply(load)
def crash():
    import faulthandler, threading, time
    faulthandler.enable()
    threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
    faulthandler._sigsegv()
def late():
    import faulthandler, time
    faulthandler.dump_traceback_later(.1, exit=True)
    time.sleep(2)
def badlog():
    import logging
    logging.error("a %d", "x")
def group():
    raise ExceptionGroup("several", [ValueError("a"), ExceptionGroup("inner", [TypeError("b"), KeyError("c")])])
def members():
    found = []
    for f in (during, load):
        try: f()
        except Exception as e: found.append(e)
    raise ExceptionGroup("several", found)
def grouped():
    try: group()
    except BaseException as e: raise ValueError("outer") from e
def note():
    e = ValueError("x"); e.add_note("first note"); raise e
def syntax():
    import bad
if __name__ == "__main__": globals()[sys.argv[1]]()
"""


def tracebacks(text: str) -> tuple[Traceback, ...]:
    return find_tracebacks(read_lines(Log(source="log.txt", text=text)))


def one(text: str) -> Traceback:
    (found,) = tracebacks(text)
    return found


def told(found: Traceback) -> list[tuple[str, str]]:
    return [(block.type, block.message) for block in found.blocks]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("code")
    (found / "score.py").write_text(SCRIPT)
    (found / "bad.py").write_text("def f()\n    pass\n")
    return found


def fails(folder: Path, how: str) -> Traceback:
    ended = subprocess.run(
        [sys.executable, "score.py", how], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return one(f"before\n{ended.stderr}\nafter: it went on\n")


def test_direct_cause(folder: Path) -> None:
    found = fails(folder, "init")
    assert told(found) == [
        ("FileNotFoundError", "[Errno 2] No such file or directory: '/nope/model.pkl'"),
        ("RuntimeError", "cannot\nload: two lines"),
    ]
    frame = found.root.own_frame
    assert frame is not None
    assert (Path(frame.path).name, frame.line, frame.function) == ("score.py", 7, "load")
    assert frame.code == 'open("/nope/model.pkl")'
    assert [frame.function for frame in found.blocks[1].frames] == ["<module>", "init", "load"]


def test_raised_while_another_was_handled(folder: Path) -> None:
    assert told(fails(folder, "during")) == [("KeyError", "'a'"), ("ModuleNotFoundError", "No module named 'nosuch'")]


def test_class_without_a_message(folder: Path) -> None:
    assert told(fails(folder, "bare"))[0][0].endswith("Foo")


def test_repeated_lines(folder: Path) -> None:
    ((name, _),) = told(fails(folder, "deep"))
    assert name == "RecursionError"


def test_statement_over_several_lines(folder: Path) -> None:
    found = fails(folder, "several")
    assert found.root.type == "TypeError"
    assert [frame.function for frame in found.root.frames] == ["<module>", "several"]


def test_worker_process(folder: Path) -> None:
    found = fails(folder, "pool")
    assert [name for name, _ in told(found)] == ["FileNotFoundError", "RuntimeError", "RuntimeError"]


def test_crash_of_the_interpreter(folder: Path) -> None:
    found = fails(folder, "crash")
    assert told(found) == [("Fatal Python error", "Segmentation fault")]
    assert [frame.function for frame in found.root.frames] == ["<module>", "crash"]


def test_dump_of_a_hang(folder: Path) -> None:
    found = fails(folder, "late")
    assert found.root.type == "Timeout"
    assert [frame.function for frame in found.root.frames] == ["<module>", "late"]


def test_places_where_logging_was_called_are_no_exception(folder: Path) -> None:
    ((name, message),) = told(fails(folder, "badlog"))
    assert (name, message[:2]) == ("TypeError", "%d")


def test_syntax_error(folder: Path) -> None:
    found = fails(folder, "syntax")
    assert found.root.type == "SyntaxError"
    frame = found.root.own_frame
    assert frame is not None
    assert (Path(frame.path).name, frame.line, frame.code) == ("bad.py", 1, "def f()")


def test_group(folder: Path) -> None:
    assert told(fails(folder, "group")) == [
        ("ValueError", "a"),
        ("TypeError", "b"),
        ("KeyError", "'c'"),
        ("ExceptionGroup", "inner (2 sub-exceptions)"),
        ("ExceptionGroup", "several (2 sub-exceptions)"),
    ]


def test_members_of_a_group_have_chains(folder: Path) -> None:
    found = fails(folder, "members")
    assert [name for name, _ in told(found)] == [
        *("KeyError", "ModuleNotFoundError", "FileNotFoundError", "RuntimeError", "ExceptionGroup")
    ]
    assert [frame.function for frame in found.blocks[1].frames] == ["members", "during"]


def test_group_as_a_cause(folder: Path) -> None:
    assert told(fails(folder, "grouped"))[-2:] == [
        ("ExceptionGroup", "several (2 sub-exceptions)"),
        ("ValueError", "outer"),
    ]


def test_note(folder: Path) -> None:
    assert told(fails(folder, "note")) == [("ValueError", "x\nfirst note")]


PLAIN = """\
Traceback (most recent call last):
  File "/usr/lib/python3.11/importlib/__init__.py", line 126, in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen importlib._bootstrap>", line 1204, in _gcd_import
  File "/var/azureml-app/score.py", line 3, in <module>
    import cv2
ModuleNotFoundError: No module named 'cv2'"""


def each(prefix: str, text: str = PLAIN) -> str:
    return "\n".join(prefix + line for line in text.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"2026-11-20 18:01:00,000 E [9] azmlinfsrv - {PLAIN}\n2026-11-20 18:01:00,100 I [7] gunicorn.error - Exiting",
        each("2026-11-20T18:01:00.123456789Z "),
        each("2026-11-20 18:01:00,000 E [9] azmlinfsrv - "),
        each("(ServeReplica:default pid=314) "),
        each("    "),
        each("E   "),
        f"2021-06-30 03:05:57,123 | root | ERROR | Encountered Exception: {PLAIN}\nWorker exiting (pid: 9)",
        "\n".join(line.strip() for line in PLAIN.split("\n")),
        PLAIN.replace("\n", "\n\n"),
        f"    Message:   {PLAIN}\n    Exit Code:  1",
        PLAIN.replace("\n", "\n2026-11-20 18:01:00,100 I [7] gunicorn.access - GET /\n", 2),
        PLAIN.partition("\n")[2],
    ],
    ids=[
        *("alone", "behind a prefix", "docker times", "server prefix", "ray", "indented", "pytest", "behind text"),
        *("without indentation", "double spaced", "describe", "interleaved", "cut off at the start"),
    ],
)
def test_in_other_text(text: str) -> None:
    found = one(f"some line\n{text}\n")
    assert told(found) == [("ModuleNotFoundError", "No module named 'cv2'")]
    frame = found.root.own_frame
    assert frame is not None
    assert (frame.path, frame.line, frame.code) == ("/var/azureml-app/score.py", 3, "import cv2")
    assert sum(frame.own for frame in found.root.frames) == 1


def test_cut_off_at_the_end() -> None:
    found = one(PLAIN.rpartition("\n")[0])
    assert told(found) == [("", "")]
    assert found.root.own_frame is not None
    assert found.root.headline == 6


def test_two_processes_at_once() -> None:
    other = PLAIN.replace("cv2", "torch")
    mixed = [
        f"(a pid={pid}) {line}"
        for pair in zip(PLAIN.split("\n"), other.split("\n"), strict=True)
        for pid, line in zip((7, 8), pair, strict=True)
    ]
    found = tracebacks("\n".join(mixed))
    assert [block.message for traceback in found for block in traceback.blocks] == [
        "No module named 'cv2'",
        "No module named 'torch'",
    ]
    assert found[0].root.positions == tuple(range(0, 16, 2))


def test_text_inside_one_line() -> None:
    raw = PLAIN.replace("\n", "\\n")
    lines = [Line(1, raw, raw), *(Line(1, text, raw, derived=True) for text in PLAIN.split("\n")), Line(2, "ok", "ok")]
    (found,) = find_tracebacks(lines)
    assert told(found) == [("ModuleNotFoundError", "No module named 'cv2'")]


def test_remote_task() -> None:
    found = one(
        "Traceback (most recent call last):\n"
        '  File "/app/train.py", line 3, in <module>\n'
        "    ray.get(load.remote())\n"
        "ray.exceptions.RayTaskError(ValueError): ray::load() (pid=8, ip=10.0.0.4)\n"
        '  File "/app/train.py", line 9, in load\n'
        '    raise ValueError("no weights")\n'
        "ValueError: no weights\n"
    )
    assert [name for name, _ in told(found)] == ["ValueError", "ray.exceptions.RayTaskError(ValueError)"]
    assert found.root.frames[0].line == 9


def test_worker_of_a_data_loader() -> None:
    found = one(
        "Traceback (most recent call last):\n"
        '  File "/app/score.py", line 9, in run\n'
        "    for batch in loader:\n"
        "RuntimeError: Caught FileNotFoundError in DataLoader worker process 0.\n"
        "Original Traceback (most recent call last):\n"
        '  File "/app/data.py", line 4, in __getitem__\n'
        "    open(path)\n"
        "FileNotFoundError: [Errno 2] No such file or directory: 'a.png'\n"
    )
    assert [name for name, _ in told(found)] == ["FileNotFoundError", "RuntimeError"]


def test_one_after_the_other_without_a_blank() -> None:
    found = tracebacks(f"{PLAIN}\n{PLAIN.replace('cv2', 'torch')}\n")
    assert [traceback.root.message for traceback in found] == ["No module named 'cv2'", "No module named 'torch'"]


def test_message_of_many_lines_ends_with_the_next_record() -> None:
    (found,) = tracebacks(
        "Traceback (most recent call last):\n"
        '  File "score.py", line 9, in run\n'
        "    Model(**data)\n"
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for Model\n"
        "age\n"
        "  Input should be a valid integer [type=int_parsing, input_value='x', input_type=str]\n"
        '127.0.0.1 - - [20/Nov/2026:18:01:00 +0000] "POST /score HTTP/1.0" 500 4\n'
    )
    assert found.root.message.split("\n")[1] == "age"
    assert (found.root.headline, found.root.last) == (3, 5)


def test_notebook() -> None:
    found = one(
        "---------------------------------------------------------------------------\n"
        "ModuleNotFoundError                       Traceback (most recent call last)\n"
        "Cell In[3], line 2\n"
        "      1 import os\n"
        "----> 2 import score\n"
        "\n"
        "File ~/project/score.py:4, in init()\n"
        "      3 def init():\n"
        "----> 4     import cv2\n"
        "\n"
        "ModuleNotFoundError: No module named 'cv2'\n"
    )
    assert told(found) == [("ModuleNotFoundError", "No module named 'cv2'")]
    frame = found.root.own_frame
    assert frame is not None
    assert (frame.path, frame.line, frame.function, frame.code) == ("~/project/score.py", 4, "init", "import cv2")


def test_older_notebook() -> None:
    found = one(
        "KeyError                                  Traceback (most recent call last)\n"
        "<ipython-input-7-1d2e> in <module>\n"
        "      1 import os\n"
        "----> 2 os.environ['AZUREML_MODEL_DIR']\n"
        "\n"
        "/usr/lib/python3.8/os.py in __getitem__(self, key)\n"
        "--> 675             raise KeyError(key) from None\n"
        "KeyError: 'AZUREML_MODEL_DIR'\n"
    )
    assert told(found) == [("KeyError", "'AZUREML_MODEL_DIR'")]
    frame = found.root.own_frame
    assert frame is not None
    assert frame.line == 2


def test_box() -> None:
    found = one(
        "╭──────────────── Traceback (most recent call last) ─────────────────╮\n"
        "│ /var/azureml-app/score.py:5 in init                                │\n"
        "│                                                                    │\n"
        "│   4 def init():                                                    │\n"
        "│ ❱ 5     import cv2                                                 │\n"
        "╰────────────────────────────────────────────────────────────────────╯\n"
        "ModuleNotFoundError: No module named 'cv2'\n"
    )
    assert told(found) == [("ModuleNotFoundError", "No module named 'cv2'")]
    frame = found.root.own_frame
    assert frame is not None
    assert (frame.line, frame.code) == (5, "import cv2")


@pytest.mark.parametrize(
    "text",
    [
        "at com.contoso.Main.run(Main.java:12)\nCaused by: java.lang.NullPointerException: x\n",
        "thread 'main' panicked at src/main.rs:4:5:\nexplicit panic\n",
        "ModuleNotFoundError: No module named 'cv2'\n",
        "KeyError happened once, see Traceback (most recent call last) in the other file\n",
        "",
    ],
)
def test_what_is_no_traceback(text: str) -> None:
    assert tracebacks(text) == ()


def test_the_driver_is_less_than_the_script() -> None:
    found = one(
        "Traceback (most recent call last):\n"
        '  File "/var/azureml-server/aml_blueprint.py", line 163, in register\n'
        "    main.init()\n"
        '  File "/var/azureml-app/main.py", line 35, in init\n'
        "    driver_module.init()\n"
        "AttributeError: module 'score' has no attribute 'init'\n"
    )
    frame = found.root.own_frame
    assert frame is not None
    assert frame.path == "/var/azureml-app/main.py"


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/var/azureml-app/score.py", True),
        ("/structure/azureml-app/src/lib/util.py", True),
        ("score.py", True),
        (r"C:\Users\contoso\project\score.py", True),
        ("/app/main.py", True),
        ("<stdin>", True),
        ("/azureml-envs/azureml_0000/lib/python3.9/site-packages/flask/app.py", False),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", False),
        ("/opt/miniconda/envs/amlenv/bin/azmlinfsrv", False),
        ("/usr/local/bin/gunicorn", False),
        ("<frozen importlib._bootstrap>", False),
        ("/var/azureml-server/create_app.py", False),
        (r"C:\Users\contoso\Anaconda3\lib\json\decoder.py", False),
        ("pandas/_libs/index.pyx", False),
        ("/root/.pyenv/versions/3.10.13/lib/python3.10/json/decoder.py", False),
    ],
)
def test_whose_code_it_is(path: str, own: bool) -> None:
    assert is_own(path) is own


@pytest.mark.parametrize(
    "text",
    [
        "  + Exception Group Traceback (most recent call last):\n" * 300,
        "".join(" " * n + "| Traceback (most recent call last):\n" for n in range(2000)),
        '  File "x", line 1, in f\n' * 5000,
        "Traceback (most recent call last):" * 5000,
        "Fatal Python error: x\n" * 100 + 'File "',
        "  +-+---------------- 1 ----------------\n" * 100,
        "ValueError: x\n\nDuring handling of the above exception, another exception occurred:\n\n" * 50,
    ],
)
def test_odd_text_does_no_harm(text: str) -> None:
    for found in tracebacks(text):
        assert found.blocks
