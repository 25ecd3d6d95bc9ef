import json

from cleaning import strip_accents, lower_case


def init():
    global stop_words
    stop_words = {"the", "a", "of"}


def run(data):
    text = lower_case(strip_accents(json.loads(data)["text"]))
    return {"words": [word for word in text.split() if word not in stop_words]}
