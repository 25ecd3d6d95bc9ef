"""Real scripts, rehearsed by the real probe: the runtime family alone must name the one cause, and only that."""

import pickle
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from checks.evidence import Evidence, Missing, Probe, Samples, Script, Target
from checks.finding import Finding, Severity
from checks.outcome import Crashed, Found, run_check
from checks.rank import Ranking, rank
from checks.runtime.family import CHECKS
from doctor import engine
from doctor.collectors.installed import installed
from doctor.collectors.models import collect_models
from doctor.collectors.samples import describe
from doctor.collectors.script import collect_source
from doctor.probe.launcher import Payload, Rehearsal, start

PLAIN = "def init(): ...\n"
LOAD = """
    import os, pickle
    def init():
        global model
        with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"), "rb") as source:
            model = pickle.load(source)
    def run(data): return 1
"""
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
LOADS = "import json\ndef init(): ...\n"


@dataclass(frozen=True)
class Trial:
    """A script that breaks in one way, and what the family must say first.

    `line` is a piece of the line that the first quote points at; `saw` stands in the title or a quote.
    """

    name: str
    script: str
    cause: str | None
    saw: str = ""
    line: str = ""
    body: str | None = None
    model: Mapping[str, bytes] | None = None
    beside: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 20.0
    memory_limit: int | None = None
    warns: tuple[str, ...] = ()


def broken(name: str, script: str, cause: str, **more: object) -> Trial:
    return Trial(name=name, script=textwrap.dedent(script), cause=f"runtime.{cause}", **more)  # type: ignore[arg-type]


def sound(name: str, script: str, *warns: str, **more: object) -> Trial:
    return Trial(  # type: ignore[arg-type]
        name=name, script=textwrap.dedent(script), cause=None, warns=tuple(f"runtime.{w}" for w in warns), **more
    )


BROKEN = (
    # Loading the script
    broken(
        "no-package", "import qwertz_nowhere\n" + PLAIN + "def run(data): return 1\n", "module-missing", line="import"
    ),
    broken(
        "module-in-subfolder",
        "import cleaning\ndef init(): ...\ndef run(data): return 1\n",
        "module-missing",
        saw="lies in lib/cleaning.py",
        beside={"lib/cleaning.py": "X = 1\n"},
    ),
    broken(
        "module-of-python-2",
        "import cPickle\ndef init(): ...\ndef run(data): return 1\n",
        "module-missing",
        saw="cPickle",
    ),
    broken(
        "name-not-in-module",
        "from json import loadz\ndef init(): ...\ndef run(data): return 1\n",
        "import-name-missing",
        saw="`json` has no name `loadz`",
        line="loadz",
    ),
    broken(
        "circle",
        "import left\ndef init(): ...\ndef run(data): return 1\n",
        "circular-import",
        beside={"left.py": "from right import b\na = 1\n", "right.py": "from left import a\nb = 1\n"},
    ),
    broken(
        "hidden-by-an-installed-module",
        "from statistics import scale\ndef init(): ...\ndef run(data): return 1\n",
        "module-shadowed",
        saw="hides statistics.py",
        beside={"statistics.py": "def scale(x): return x\n"},
    ),
    broken(
        "part-hidden-by-an-installed-package",
        "import json.cleaning\ndef init(): ...\ndef run(data): return 1\n",
        "module-shadowed",
        saw="hides json",
        beside={"json/__init__.py": "", "json/cleaning.py": ""},
    ),
    broken(
        "relative",
        "from .helpers import clean\ndef init(): ...\ndef run(data): return 1\n",
        "relative-import",
        beside={"helpers.py": "clean = 1\n"},
    ),
    broken(
        "helper-does-not-parse",
        "import helpers\ndef init(): ...\ndef run(data): return 1\n",
        "syntax-refused",
        saw="helpers.py does not parse",
        beside={"helpers.py": "def clean(:\n    pass\n"},
    ),
    broken("raises-at-import", "raise RuntimeError('no table')\n", "import-raised", saw="no table"),
    broken("no-init", "def run(data): return 1\n", "contract-refused", saw="it has no init()"),
    broken("star-arguments", PLAIN + "def run(*data): return 1\n", "contract-refused"),
    # what init() meets
    broken(
        "other-file-name",
        """
        import os
        def init():
            open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))
        def run(data): return 1
        """,
        "model-file-missing",
        saw="churn_model.pkl",
        line="open(",
        model={"churn_model.pkl": b"x"},
    ),
    broken(
        "folder-forgotten",
        LOAD,
        "model-file-missing",
        saw="holds outputs/model.pkl",
        model={"outputs/model.pkl": pickle.dumps(1)},
    ),
    broken("cannot-read-folder", LOAD.replace(', "model.pkl"', ', "sub"'), "is-a-directory", model={"sub/a.pkl": b"x"}),
    broken(
        "data-file",
        "def init():\n    open('labels/names.txt')\ndef run(data): return 1\n",
        "file-missing",
        saw="names.txt is there",
        beside={"names.txt": "a\n"},
    ),
    broken(
        "program",
        "import subprocess\ndef init():\n    subprocess.run(['no-such-tool-x'])\ndef run(data): return 1\n",
        "program-missing",
        saw="no-such-tool-x",
    ),
    broken(
        "variable",
        "import os\ndef init():\n    os.environ['TENANT_OF_NOBODY']\ndef run(data): return 1\n",
        "variable-absent",
        saw="TENANT_OF_NOBODY",
        line="TENANT",
    ),
    broken(
        "variable-gives-none",
        """
        import os
        def init():
            root = os.getenv("DATA_ROOT_OF_NOBODY")
            level = os.getenv("LEVEL_OF_NOBODY")
            return os.path.join(root, "a")
        def run(data): return 1
        """,
        "variable-absent",
        saw="DATA_ROOT_OF_NOBODY is not set",
        line="path.join",
    ),
    broken(
        "writes-to-model-folder",
        """
        import os
        def init():
            os.makedirs(os.path.join(os.environ["AZUREML_MODEL_DIR"], "cache"))
        def run(data): return 1
        """,
        "permission-denied",
        model={"a.bin": b"x"},
    ),
    *(
        broken(name, LOAD, "unpickle-failed", saw=saw, model={"model.pkl": content})
        for name, saw, content in (
            ("lfs-pointer", "git-lfs pointer", LFS),
            ("web-page", "is a web page", b"<!DOCTYPE html><html>"),
            ("json-for-a-pickle", "model.pkl is JSON text, not the model", b'{"error": {"code": "BlobNotFound"}}'),
            ("empty-model", "is empty", b""),
            ("cut-model", "model.pkl is cut off", pickle.dumps(list(range(9000)))[:5000]),
            ("moved-module", "no module `json.forest`", b"cjson.forest\nTree\n."),
        )
    ),
    broken(
        "class-of-main",
        LOAD,
        "unpickle-failed",
        saw="which it looks for in `__main__`",
        line="pickle.load",
        model={"model.pkl": b"c__main__\nScaler\n."},
    ),
    broken(
        "pickle-needs-package",
        LOAD,
        "module-missing",
        saw="qwertz_nowhere",
        model={"model.pkl": b"cqwertz_nowhere\nTree\n."},
    ),
    broken(
        "chain",
        """
        import json
        def init():
            try:
                json.loads("{")
            except ValueError as error:
                raise RuntimeError("the table is broken") from error
        def run(data): return 1
        """,
        "init-raised",
        saw="JSONDecodeError",
        line="json.loads",
    ),
    broken(
        "second-attempt",
        """
        def init():
            try:
                open("a.txt")
            except OSError:
                open("b.txt")
        def run(data): return 1
        """,
        "file-missing",
        saw="b.txt is not there",
        line="b.txt",
    ),
    broken(
        "log-into-no-folder",
        """
        import logging
        def init():
            logging.getLogger("a").addHandler(logging.FileHandler("/srv/no-such-folder/score.log"))
        def run(data): return 1
        """,
        "written-folder-missing",
        saw="score.log is to be written into /srv/no-such-folder",
        line="FileHandler(",
    ),
    broken(
        "log-into-model-folder",
        """
        import os
        from logging.handlers import RotatingFileHandler
        def init():
            RotatingFileHandler(os.path.join(os.environ["AZUREML_MODEL_DIR"], "logs", "app.log"))
        def run(data): return 1
        """,
        "written-folder-missing",
        saw="app.log is to be written into the model folder",
        model={"model.json": b"{}"},
    ),
    broken(
        "writes-into-no-folder",
        """
        from pathlib import Path
        def init(): ...
        def run(data):
            Path("/srv/no-such-folder/last.json").write_text(data)
            return 1
        """,
        "written-folder-missing",
        saw="last.json",
        line="write_text",
        body="{}",
    ),
    broken(
        "copies-into-no-folder",
        """
        import shutil
        def init():
            shutil.copy(__file__, "/srv/no-such-folder/copy.py")
        def run(data): return 1
        """,
        "written-folder-missing",
        saw="copy.py",
    ),
    broken(
        "database-in-no-folder",
        """
        import sqlite3
        def init():
            sqlite3.connect("/srv/no-such-folder/answers.db")
        def run(data): return 1
        """,
        "written-folder-missing",
        saw="answers.db",
    ),
    broken(
        "updates-no-file",
        """
        import os, tempfile
        def init():
            open(os.path.join(tempfile.gettempdir(), "state.txt"), "r+")
        def run(data): return 1
        """,
        "file-missing",
        saw="state.txt is not there",
    ),
    broken(
        "page-for-a-loader-in-c",
        """
        import os
        def load(path): raise RuntimeError("7 : INVALID_PROTOBUF : Load model from " + path + " failed")
        def init():
            load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "net.onnx"))
        def run(data): return 1
        """,
        "model-file-replaced",
        saw="net.onnx is an error answer of a storage service",
        model={"net.onnx": b"\xef\xbb\xbf<?xml version='1.0'?><Error><Code>BlobNotFound</Code></Error>"},
    ),
    broken(
        "nothing-in-the-model",
        """
        import os, struct
        def init():
            with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "net.bin"), "rb") as source:
                struct.unpack("<Q", source.read(8))
        def run(data): return 1
        """,
        "model-file-replaced",
        saw="net.bin is empty",
        model={"net.bin": b""},
    ),
    broken("exits", "import sys\ndef init():\n    sys.exit(0)\ndef run(data): return 1\n", "exited", line="sys.exit"),
    broken("leaves", "import os\ndef init():\n    os._exit(0)\ndef run(data): return 1\n", "exited", line="os._exit"),
    broken(
        "arguments",
        """
        import argparse
        def init():
            parser = argparse.ArgumentParser()
            parser.add_argument("--model", required=True)
            parser.parse_args()
        def run(data): return 1
        """,
        "exited",
        saw="parses command line arguments",
    ),
    broken(
        "crash",
        "import ctypes\ndef init():\n    ctypes.string_at(0)\ndef run(data): return 1\n",
        "crashed",
        saw="a segmentation fault",
        line="string_at",
    ),
    broken(
        "endless",
        "def init():\n    while True:\n        pass\ndef run(data): return 1\n",
        "timeout",
        saw="init() did not return",
        timeout=2.0,
    ),
    broken(
        "waits",
        "import threading\ndef init():\n    threading.Event().wait()\ndef run(data): return 1\n",
        "timeout",
        saw="waits for a lock",
        line="wait()",
        timeout=2.0,
    ),
    broken(
        "memory",
        "def init():\n    global held\n    held = [bytearray(10**7) for _ in range(100)]\ndef run(data): return 1\n",
        "out-of-memory",
        saw="needs more than",
        memory_limit=200_000_000,
    ),
    broken(
        "memory-error",
        "def init():\n    bytearray(10**15)\ndef run(data): return 1\n",
        "out-of-memory",
        saw="asks for more memory",
        line="bytearray",
    ),
    broken(
        "host",
        """
        import urllib.request
        def init():
            urllib.request.urlopen("http://models.nowhere.invalid/a.pkl")
        def run(data): return 1
        """,
        "host-unreachable",
        saw="models.nowhere.invalid",
        line="urlopen",
    ),
    broken(
        "init-parameter", "def init(path): ...\ndef run(data): return 1\n", "signature-mismatch", saw="wants `path`"
    ),
    broken(
        "endless-recursion",
        "def init():\n    down(1)\ndef down(n):\n    return down(n + 1)\ndef run(data): return 1\n",
        "recursion",
        saw="down() calls itself",
    ),
    # what run() meets
    broken(
        "model-stays-local",
        "def init():\n    model = max\ndef run(data):\n    return model(1, 2)\n",
        "name-undefined",
        saw="init() keeps `model` to itself",
        body="{}",
    ),
    broken(
        "module-not-imported",
        PLAIN + "def run(data):\n    return json.loads(data)\n",
        "name-undefined",
        saw="`json` is used",
        body="{}",
    ),
    broken(
        "unbound",
        "rows = []\ndef init(): ...\ndef run(data):\n    rows = rows + [1]\n    return rows\n",
        "unbound-local",
        saw="`rows` before it assigns it",
        body="{}",
    ),
    broken(
        "model-is-none",
        "model = None\ndef init():\n    model = max\ndef run(data):\n    return model.predict(data)\n",
        "value-is-none",
        saw="a `model` of its own",
        body="{}",
    ),
    broken(
        "key-of-what-init-loaded",
        """
        import json
        def init():
            global model
            model = {"coef": 1, "intercept": 2}
        def run(raw):
            return len(json.loads(raw)["rows"]) * model["bias"]
        """,
        "held-object",
        saw="holds coef, intercept",
        line='model["bias"]',
        body='{"rows": [1]}',
    ),
    broken(
        "entry-of-a-table",
        'import json\nTABLE = {"north": 1}\n' + PLAIN + 'def run(raw):\n    return TABLE[json.loads(raw)["region"]]\n',
        "held-object",
        saw="`TABLE` has no entry for `south`",
        body='{"region": "south"}',
    ),
    broken(
        "load-error-swallowed",
        """
        import json
        model = None
        def init():
            global model
            try:
                model = json.loads("[")
            except Exception as error:
                print("no model", error)
        def run(raw):
            return list(zip(json.loads(raw)["rows"], model))
        """,
        "value-is-none",
        saw="swallowed",
        line="zip(",
        body='{"rows": [1]}',
    ),
    broken(
        "filled-by-a-thread",
        """
        import json, threading
        model, go = None, threading.Event()
        def load():
            global model
            if go.wait(60):
                model = [1]
        def init():
            threading.Thread(target=load, daemon=True).start()
        def score(rows, weights):
            return sum(row * weight for row, weight in zip(rows, weights))
        def run(raw):
            return score(json.loads(raw)["rows"], model)
        """,
        "value-is-none",
        saw="load() sets it",
        body='{"rows": [1]}',
    ),
    *(
        broken(
            f"none-{what}",
            f"import json\nthing = None\n{PLAIN}def run(raw):\n    rows = json.loads(raw)['rows']\n    {line}\n",
            "value-is-none",
            saw="`thing` is still None",
            body='{"rows": [1]}',
        )
        for what, line in (
            ("measured", "return len(rows) + len(thing)"),
            ("called", "return thing(rows)"),
            ("entered", "with thing: return rows"),
            ("computed-with", "return [row * thing for row in rows]"),
            ("indexed", "return rows[0] * thing[0]"),
            ("iterated", "return [one for one in thing]"),
        )
    ),
    broken(
        "null-beside-a-loaded-list",
        """
        import json
        model = None
        def init():
            global model
            model = [1]
        def run(raw):
            return list(zip(json.loads(raw)["rows"], model))
        """,
        "payload-mismatch",
        saw="meets null",
        body='{"rows": null}',
    ),
    *(
        broken(
            f"broken-{name}",
            f"""
            import json, csv, configparser, os
            def path(name):
                return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
            def read():
                with open(path("{name}")) as source:
                    {code}
            def init(): ...
            def run(raw):
                return len(json.loads(raw)) + read()
            """,
            "data-file-broken",
            saw=saw,
            body="[1]",
            beside={name: text},
        )
        for name, code, text, saw in (
            ("settings.json", "return json.load(source)", '{\n "a": 1,\n "b" 2}', "settings.json:3:6 is no valid JSON"),
            ("empty.json", "return json.load(source)", "", "empty.json is empty"),
            ("page.json", "return json.loads(source.read())", "<html></html>", "page.json is a web page"),
            ("app.ini", "configparser.ConfigParser().read_file(source)", "a = 1\n", "app.ini:1 is no valid INI"),
            ("rows.csv", "return [a for a, b in csv.reader(source)]", "1,2\n1,2,3\n", "rows.csv does not hold"),
        )
    ),
    broken(
        "key",
        LOADS + "def run(data):\n    return json.loads(data)['data']\n",
        "payload-mismatch",
        saw="a key like it is there: Data",
        line="['data']",
        body='{"Data": [1]}',
    ),
    broken(
        "no-json",
        LOADS + "def run(data):\n    return json.loads(data)\n",
        "payload-mismatch",
        saw="single quotes",
        line="json.loads",
        body="{'data': [1]}",
    ),
    broken(
        "not-parsed",
        PLAIN + "def run(data):\n    return data['data']\n",
        "payload-mismatch",
        saw="takes text for an object",
        body='{"data": 1}',
    ),
    broken(
        "list-for-object",
        LOADS + "def run(data):\n    return json.loads(data)['data']\n",
        "payload-mismatch",
        saw="list of 2 numbers",
        body="[1, 2]",
    ),
    broken(
        "text-for-number",
        LOADS + "def run(data):\n    return [float(x) for x in json.loads(data)]\n",
        "payload-mismatch",
        saw="`red` where a number",
        body='["red"]',
    ),
    broken(
        "null",
        LOADS + "def run(data):\n    return json.loads(data)['rows'][0]\n",
        "payload-mismatch",
        saw="meets null",
        body='{"rows": null}',
    ),
    broken(
        "second-parameter",
        PLAIN + "def run(data, extra):\n    return 1\n",
        "signature-mismatch",
        saw="wants `extra`",
        body="{}",
    ),
    broken(
        "own-timeout",
        PLAIN + "def run(data):\n    raise TimeoutError('the feature store is slow')\n",
        "raises-timeout",
        body="{}",
    ),
    broken(
        "attribute-gone",
        "import json\ndef init(): ...\ndef run(data):\n    return json.read(data)\n",
        "attribute-gone",
        saw="`json.read`",
        body="{}",
    ),
    broken("other-exception", PLAIN + "def run(data):\n    return 1 / 0\n", "run-raised", line="1 / 0", body="{}"),
    broken("run-exits", "import os\ndef init(): ...\ndef run(data):\n    os._exit(3)\n", "exited", body="{}"),
    # the answer
    broken("set", PLAIN + "def run(data):\n    return {1, 2}\n", "result-not-serialisable", line="return", body="{}"),
    broken(
        "bytes-inside",
        PLAIN + "def run(data):\n    return {'image': [b'x']}\n",
        "result-not-serialisable",
        saw="at ['image'][0]",
        body="{}",
    ),
    broken(
        "nan",
        PLAIN + "def run(data):\n    return {'score': float('nan')}\n",
        "invalid-json-result",
        saw="at ['score']",
        body="{}",
    ),
    broken(
        "stays-on-this-machine",
        f"def init():\n    open({__file__!r}).read()\ndef run(data): return 1\n",
        "file-outside",
        saw="is read from a folder that stays on this machine",
        line="open(",
        body="{}",
    ),
    broken(
        "dataclass-with-text-annotations",
        "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass Row:\n    size: int\n"
        + PLAIN
        + "def run(data): return 1\n",
        "entry-module-unregistered",
        line="@dataclass",
    ),
    broken(
        "own-status",
        """
        from azureml.contrib.services.aml_request import rawhttp
        from azureml.contrib.services.aml_response import AMLResponse
        def init(): ...
        @rawhttp
        def run(request):
            return AMLResponse("no", 500)
        """,
        "error-status",
        saw="with status 500",
        body="{}",
    ),
    broken(
        "error-text",
        LOADS + "def run(data):\n    try:\n        return json.loads(data)['x']\n    except Exception as e:\n"
        "        return {'error': str(e)}\n",
        "error-as-answer",
        line="except",
        body="{}",
    ),
    broken(
        "grows",
        "rows = []\ndef init(): ...\ndef run(data):\n    rows.append(data)\n    return rows\n",
        "answers-differ",
        saw="keeps something",
        line="append",
        body="{}",
    ),
    broken(
        "once-only",
        "queue = [1]\ndef init(): ...\ndef run(data):\n    return queue.pop()\n",
        "fails-on-repeat",
        saw="pop from empty list",
        line="queue.pop",
        body="{}",
    ),
)

SOUND = (
    sound("plain", LOADS + "def run(data):\n    return json.loads(data)\n", body='{"a": [1]}'),
    sound("no-sample", PLAIN + "def run(data): return 1\n"),
    sound("loads", LOAD, model={"model.pkl": pickle.dumps([1])}, body="{}"),
    sound(
        "guarded-import",
        "try:\n    import qwertz_nowhere\nexcept ImportError:\n    qwertz_nowhere = None\n"
        + PLAIN
        + "def run(d): return 1\n",
        body="{}",
    ),
    sound(
        "optional-variable",
        "import os\ndef init():\n    os.getenv('LEVEL_OF_NOBODY', 'info').lower()\ndef run(data): return 1\n",
        body="{}",
    ),
    sound(
        "temporary-file",
        "import os, tempfile\ndef init():\n    open(os.path.join(tempfile.gettempdir(), 'a'), 'w').close()\n"
        "def run(data): return 1\n",
        body="{}",
    ),
    sound(
        "reads-beside-itself",
        "import os\nHERE = os.path.dirname(os.path.abspath(__file__))\ndef init():\n"
        "    open(os.path.join(HERE, 'names.txt')).read()\ndef run(data): return 1\n",
        beside={"names.txt": "a"},
        body="{}",
    ),
    sound(
        "pool",
        "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\ndef init(): ...\n"
        "def run(data):\n    return list(pool.map(len, ['a', 'bb']))\n",
        body="{}",
    ),
    sound(
        "retries",
        LOADS
        + "def run(data):\n    try:\n        return json.loads(data)['a']\n    except KeyError:\n        return []\n",
        body="{}",
    ),
    sound(
        "measures-itself",
        "import time\ndef init(): ...\ndef run(data):\n    return {'score': 1, 'elapsed': time.perf_counter()}\n",
        body="{}",
    ),
    sound(
        "random",
        "import random\ndef init(): ...\ndef run(data):\n    return random.random()\n",
        "answers-differ",
        body="{}",
    ),
    sound(
        "writes-beside-itself",
        "import os\ndef init(): ...\ndef run(data):\n"
        "    open(os.path.join(os.path.dirname(__file__), 'audit.log'), 'a').close()\n    return 1\n",
        "writes-beside-script",
        body="{}",
    ),
    sound("no-model-folder", LOAD, "model-folder-not-given"),
    sound(
        "answers-nothing",
        LOADS + "def run(data):\n    if json.loads(data):\n        return [1]\n",
        "empty-answer",
        body="{}",
    ),
    sound(
        "one-at-a-time",
        "import time\nbusy = []\ndef init(): ...\ndef run(data):\n    if busy:\n        raise RuntimeError('busy')\n"
        "    busy.append(1)\n    time.sleep(0.1)\n    busy.pop()\n    return 1\n",
        "fails-concurrently",
        body="{}",
    ),
    sound(
        "prints-much", PLAIN + "def run(data):\n    print('x' * 3_000_000)\n    return 1\n", "noisy-output", body="{}"
    ),
    sound(
        "leaves-a-child",
        "import subprocess\ndef init():\n    subprocess.Popen(['sleep', '30'])\ndef run(data): return 1\n",
        "left-behind",
        body="{}",
    ),
    sound(
        "leaves-threads",
        "import threading, time\ndef init(): ...\ndef run(data):\n"
        "    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\n    return 1\n",
        "left-behind",
        body="{}",
    ),
    sound(
        "asks-localhost",
        "import socket\ndef init():\n    try:\n        socket.create_connection(('127.0.0.1', 9), 0.2)\n"
        "    except OSError:\n        pass\ndef run(data): return 1\n",
        body="{}",
    ),
    sound(
        "subprocess",
        "import subprocess, sys\ndef init():\n    subprocess.run([sys.executable, '-c', ''])\ndef run(d): return 1\n",
    ),
)

SKLEARN = """
    import json, os, pickle
    import numpy as np
    def init():
        global model
        with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"), "rb") as source:
            model = pickle.load(source)
    def run(data):
        rows = np.array(json.loads(data)["data"])
        return model.predict(rows).tolist()
"""
SCHEMA = """
    import numpy as np
    from inference_schema.schema_decorators import input_schema
    from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
    def init(): ...
    @input_schema("data", NumpyParameterType(np.array([[1.0, 2.0, 3.0]])))
    def run(data):
        return data.tolist()
"""


def tree(*, version: str | None = None, without: str | None = None) -> bytes:
    """A small decision tree, pickled as if by another version, or without one of its attributes."""
    sklearn_base, sklearn_tree = pytest.importorskip("sklearn.base"), pytest.importorskip("sklearn.tree")
    model = sklearn_tree.DecisionTreeClassifier().fit([[0, 0], [1, 1]], [0, 1])
    if without:
        vars(model).pop(without)
    before = sklearn_base.__version__
    sklearn_base.__version__ = version or before
    try:
        return pickle.dumps(model)
    finally:
        sklearn_base.__version__ = before


def numeric(text: str, **more: object) -> dict[str, object]:
    return {"script": "import numpy as np\nimport pandas as pd\n" + PLAIN + text, "body": "{}", **more}


def with_libraries() -> tuple[Trial, ...]:
    """Faults that only the real libraries show, in their own words."""
    return (
        broken(
            "feature-count",
            SKLEARN,
            "payload-mismatch",
            saw="has 3 features, and the model wants 2",
            line="predict",
            model={"model.pkl": tree()},
            body='{"data": [[1, 2, 3]]}',
        ),
        broken(
            "one-row",
            SKLEARN,
            "payload-mismatch",
            saw="the model wants a list of rows",
            line="predict",
            model={"model.pkl": tree()},
            body='{"data": [1, 2]}',
        ),
        broken(
            "text-in-a-row",
            SKLEARN,
            "payload-mismatch",
            saw="`red` where a number",
            line="predict",
            model={"model.pkl": tree()},
            body='{"data": [["red", 2]]}',
        ),
        broken(
            "ragged",
            SKLEARN,
            "payload-mismatch",
            saw="rows are of different lengths",
            line="np.array",
            model={"model.pkl": tree()},
            body='{"data": [[1, 2], [1]]}',
        ),
        broken(
            "attribute-missing-in-the-model",
            SKLEARN,
            "model-of-other-version",
            saw="its DecisionTreeClassifier has no `n_outputs_`",
            line="predict",
            model={"model.pkl": tree(version="1.0.2", without="n_outputs_")},
            body='{"data": [[1, 2]]}',
        ),
        broken(
            "schema-key",
            SCHEMA,
            "request-rejected",
            saw="a key like it is there: Data",
            line="def run",
            body='{"Data": [[1, 2, 3]]}',
        ),
        broken(
            "schema-shape",
            SCHEMA,
            "payload-mismatch",
            saw="has 2 values in a row, and the decorator's sample 3",
            body='{"data": [[1, 2]]}',
        ),
        broken(
            "decorator-names-another",
            SCHEMA.replace('input_schema("data"', 'input_schema("datum"'),
            "signature-mismatch",
            saw="the decorator names `datum`",
            body='{"data": [[1, 2, 3]]}',
        ),
        broken(
            "numpy-alias", cause="attribute-gone", saw="`numpy.float`", **numeric("def run(d): return np.float(1)\n")
        ),
        broken(
            "frame-append",
            cause="attribute-gone",
            saw="has no `DataFrame.append`",
            **numeric("def run(d): return len(pd.DataFrame().append({}))\n"),
        ),
        broken("array", cause="result-not-serialisable", saw="ndarray", **numeric("def run(d): return np.zeros(2)\n")),
        broken(
            "number-inside",
            cause="result-not-serialisable",
            saw="int64 at ['n']",
            **numeric("def run(d): return {'n': np.int64(1)}\n"),
        ),
        broken(
            "key-of-array-type",
            cause="result-not-serialisable",
            saw="a key of type int64",
            **numeric("def run(d): return {np.int64(1): 2}\n"),
        ),
        broken(
            "truth",
            cause="truth-of-array",
            line="if",
            **numeric("def run(d):\n    if np.zeros(2):\n        return 1\n"),
        ),
        broken(
            "columns",
            cause="payload-mismatch",
            saw="lacks columns",
            **numeric("def run(d): return pd.DataFrame([{'a': 1}])[['a', 'b']].values.tolist()\n"),
        ),
        broken(
            "not-fitted",
            SKLEARN.replace("return model.predict", "from sklearn.svm import SVC; return SVC().predict"),
            "model-not-fitted",
            saw="SVC",
            model={"model.pkl": tree()},
            body='{"data": [[1, 2]]}',
        ),
        sound(
            "other-version-that-works",
            SKLEARN,
            "warned",
            model={"model.pkl": tree(version="1.0.2")},
            body='{"data": [[1, 2]]}',
        ),
        sound("sklearn", SKLEARN, model={"model.pkl": tree()}, body='{"data": [[1, 2]]}'),
        sound("schema", SCHEMA),
    )


def examine(trial: Trial, folder: Path) -> tuple[Ranking, Evidence]:
    """Rehearse the script and let the family judge what was seen."""
    code = folder / "service"
    code.mkdir()
    path = code / "score.py"
    path.write_text(trial.script, encoding="utf-8")
    for name, text in trial.beside.items():
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).write_text(text, encoding="utf-8")
    models = None
    if trial.model is not None:
        models = folder / "registered"
        for name, content in trial.model.items():
            (models / name).parent.mkdir(parents=True, exist_ok=True)
            (models / name).write_bytes(content)
    payloads = (Payload("sample.json", trial.body.encode()),) if trial.body is not None else ()
    rehearsal = Rehearsal(
        script=path, payloads=payloads, model_dir=models, timeout=trial.timeout, memory_limit=trial.memory_limit
    )
    with start(rehearsal) as running:
        probe = running.wait()
    assert isinstance(probe, Probe), probe
    evidence = Evidence(
        target=Target(kind="script", name=str(path)),
        script=Script(path=str(path), text=trial.script),
        source=collect_source(path),
        models=collect_models(models) if models else Missing(reason="no model folder was given (--model-dir)"),
        samples=Samples(items=tuple(describe(p.source, p.body) for p in payloads)),
        probe=probe,
        installed=installed(probe.path, needed=probe.imported),
    )
    findings: list[Finding] = []
    for check in CHECKS:
        if all(evidence.missing(need) is None for need in check.needs):
            outcome = run_check(check, evidence)
            assert not isinstance(outcome, Crashed), outcome.trace
            findings += outcome.findings if isinstance(outcome, Found) else ()
    return rank(findings), evidence


def told(ranking: Ranking) -> str:
    return "\n".join(
        f"{f.gravity} {f.confidence} {f.id}: {f.title} {f.about} explains {f.explains}" for f in ranking.findings
    )


LIBRARIES = with_libraries()


@pytest.mark.parametrize("trial", [*BROKEN, *(t for t in LIBRARIES if t.cause)], ids=lambda t: t.name)
def test_one_cause_for_one_fault(trial: Trial, tmp_path: Path) -> None:
    ranking, evidence = examine(trial, tmp_path)
    shown = f"{told(ranking)}\n{evidence.probe}"
    assert [cause.id for cause in ranking.causes] == [trial.cause], shown
    cause = ranking.causes[0]
    texts = " ".join((cause.title, *(quote.text for quote in cause.evidence)))
    assert trial.saw in texts, shown
    if trial.line:
        first = cause.evidence[0]
        number = next(n for n, text in enumerate(trial.script.splitlines(), 1) if trial.line in text)
        lines = [n for n, text in enumerate(trial.script.splitlines(), 1) if trial.line in text]
        assert first.line in lines, f"{number}: {shown}"
        assert first.source.endswith("score.py")
    explained = {id_ for f in ranking.findings for id_ in f.explains}
    alone = [f.id for f in ranking.findings if f.gravity is Severity.WARNING and f.id not in explained]
    assert not alone, shown


@pytest.mark.parametrize("trial", [*SOUND, *(t for t in LIBRARIES if not t.cause)], ids=lambda t: t.name)
def test_sound_scripts_are_left_in_peace(trial: Trial, tmp_path: Path) -> None:
    ranking, evidence = examine(trial, tmp_path)
    above_info = [f.id for f in ranking.findings if f.gravity is not Severity.INFO]
    assert above_info == list(trial.warns), f"{told(ranking)}\n{evidence.probe}"


def test_what_init_prints_is_not_said_of_run(tmp_path: Path) -> None:
    (tmp_path / "sample.json").write_text("{}")
    script = tmp_path / "score.py"
    script.write_text(
        "import os\n\n\ndef init():\n    for _ in range(20):\n        os.write(1, b'x' * 1_000_000)\n\n\n"
        "def run(data):\n    return 1\n"
    )
    noisy = [one.title for one in engine.examine(script).report.findings if one.id == "runtime.noisy-output"]
    assert [title.rpartition(" to ")[2] for title in noisy] == ["stdout while it starts"]
