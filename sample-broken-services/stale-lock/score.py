import json
import os
import shutil
import time

CACHE = "/var/tmp/index"
LOCK = CACHE + ".lock"


def fetch():
    """Copy the index to the fast disk, one worker at a time."""
    while True:
        try:
            os.close(os.open(LOCK, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            time.sleep(0.5)
    if not os.path.isdir(CACHE):
        shutil.copytree(os.environ["AZUREML_MODEL_DIR"], CACHE)
        time.sleep(30)  # the disk takes its time
    os.remove(LOCK)


def init():
    global index
    fetch()
    with open(os.path.join(CACHE, "index.json")) as source:
        index = json.load(source)


def run(data):
    return index.get(json.loads(data)["term"], [])
