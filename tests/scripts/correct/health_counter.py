import atexit
import json
import os
import tempfile
import threading
import uuid

started = threading.Event()
_lock = threading.Lock()
_count = 0
_scratch = os.path.join(tempfile.gettempdir(), f"scores-{uuid.uuid4().hex}")


def _refresh():
    while not started.wait(timeout=60):
        os.utime(_scratch)


def init():
    os.makedirs(_scratch, exist_ok=True)
    threading.Thread(target=_refresh, daemon=True).start()
    atexit.register(started.set)


def run(data):
    global _count
    with _lock:
        _count += 1
    value = json.loads(data)
    with open(os.path.join(_scratch, "last.json"), "w") as handle:
        json.dump(value, handle)
    return {"count": _count, "value": value}
