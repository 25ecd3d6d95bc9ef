import __main__
import json
import os
import pickle
from collections.abc import Sequence


class Tokenizer:
    def split(self, text: str) -> Sequence[str]:
        return text.split()


__main__.Tokenizer = Tokenizer


def init():
    global tokenizer
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "tokenizer.pkl"), "rb") as file:
        tokenizer = pickle.load(file)


def run(data):
    return list(tokenizer.split(json.loads(data)["text"]))
