import json
import os
import tempfile


def init():
    global index
    index = os.path.join(tempfile.gettempdir(), "index.bin")
    with open(index, "wb") as target:
        for number in range(80):
            target.write(number.to_bytes(2, "big") * 32768)


def run(data):
    with open(index, "rb") as source:
        source.seek(json.loads(data)["number"] * 65536)
        return source.read(2).hex()
