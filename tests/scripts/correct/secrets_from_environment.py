"""Reads YOUR_KEY and <your-endpoint> from the environment, as its manual tells."""
import json
import os
from urllib.parse import quote

import requests

API_KEY = os.environ.get("SCORING_API_KEY", "")
PASSWORD_FILE = os.environ.get("PASSWORD_FILE", "/run/secrets/password")
SECRET_NAME = "scoring-api-key"
TOKENS = {"pad_token": "<pad>", "unk_token": "<unk>", "bos_token": "<s>"}
URL = "https://{user}:{password}@{host}/score"


def init():
    global session, password
    if API_KEY in ("", "YOUR_KEY", "<your-key>"):
        raise RuntimeError("set SCORING_API_KEY, not <your-key>")
    password = open(PASSWORD_FILE).read().strip() if os.path.exists(PASSWORD_FILE) else ""
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {API_KEY}"})


def run(data):
    text = json.loads(data)["text"].replace("<your name>", "you")
    for token in TOKENS.values():
        text = text.replace(token, "")
    url = URL.format(user="svc", password=quote(password), host=os.environ["SCORING_HOST"])
    answer = session.post(url, json={"text": text}, timeout=10)
    answer.raise_for_status()
    return answer.json()
