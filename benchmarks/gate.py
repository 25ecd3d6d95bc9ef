"""`doctor check` of a healthy scikit-learn service, against a bare interpreter and against the real server."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Ratio, command, in_turn

SCORE = """\
import json
import os

import joblib
import numpy as np


def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))


def run(data):
    rows = np.array(json.loads(data)["data"])
    return model.predict(rows).tolist()
"""
MAKE = """\
import joblib
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier

joblib.dump(RandomForestClassifier(n_estimators=20, random_state=0).fit(*load_iris(return_X_y=True)), "model/model.pkl")
"""
BARE = """\
import json
import score

score.init()
print(json.dumps(score.run(open("sample.json").read())))
"""


def ratios() -> list[Ratio]:
    """The whole gate, in interpreter starts and in server starts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        (folder / "score.py").write_text(SCORE, encoding="utf-8")
        (folder / "make.py").write_text(MAKE, encoding="utf-8")
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        (folder / "sample.json").write_text('{"data": [[5.1, 3.5, 1.4, 0.2]]}', encoding="utf-8")
        command(sys.executable, "make.py", cwd=folder)()
        (folder / "make.py").unlink()
        ours, bare, server = in_turn(
            9,
            command(
                Path(sys.executable).with_name("doctor"), "check", "score.py", "--sample", "sample.json", cwd=folder
            ),
            command(sys.executable, "bare.py", cwd=folder, AZUREML_MODEL_DIR=str(folder / "model")),
            lambda: first_answer(folder),
        )
    return [
        Ratio(
            what="doctor check / bare init() and run()",
            measured=f"{ours:.2f} / {bare:.2f} s = {ours / bare:.2f}x",
            promised=f"< {1.5 * bare + 0.2:.2f} s (1.5x + 0.2)",
            met=ours < 1.5 * bare + 0.2,
        ),
        Ratio(
            what="doctor check / real server, start to first answer",
            measured=f"{ours:.2f} / {server:.2f} s = {ours / server:.2f}x",
            promised="< 0.5x",
            met=ours < 0.5 * server,
        ),
    ]


def first_answer(folder: Path) -> None:
    """Start the inference server, wait for its first 200 on /score, stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "azureml_inference_server_http", "--entry_script", "score.py", "--port", str(port)]
    server = subprocess.Popen(
        [*words, "--model_dir", "model"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ},
    )
    try:
        deadline = time.monotonic() + 60
        while not answers(port, (folder / "sample.json").read_bytes()):
            assert time.monotonic() < deadline, "the server did not answer within a minute"
            assert server.poll() is None, "the server ended"
            time.sleep(0.01)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers(port: int, body: bytes) -> bool:
    """True when a scoring call comes back with 200 and a list."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("POST", "/score", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status == 200 and isinstance(json.loads(response.read()), list)
    return False
