# -*- coding: utf-8 -*-
"""Пример — scoring with “typographic” quotes, a − sign and a non-breaking space in texts only."""
import json

GREETING = "Grüße, “world” − 5 °C"
REPLACE = {"“": '"', "”": '"', "−": "-", "\u00a0": " ", "​": ""}
größe = 3


def init():
    print("モデルを読み込みました → ok")


def run(data):
    text = json.loads(data)["text"]  # das Feld heißt „text“
    for old, new in REPLACE.items():
        text = text.replace(old, new)
    π = 3.14159
    return {"text": text, "größe": größe, "π": π, "greeting": GREETING}
