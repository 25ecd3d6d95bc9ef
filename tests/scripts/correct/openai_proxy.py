import json
import os

import requests

API_KEY = os.environ.get("SERVICE_API_KEY", "")
session = None


def init():
    global session
    session = requests.Session()
    session.headers["api-key"] = API_KEY


def run(data):
    body = json.loads(data)
    answer = session.post(os.environ["SERVICE_URL"], json={"prompt": body["prompt"]}, timeout=30)
    answer.raise_for_status()
    return answer.json()
