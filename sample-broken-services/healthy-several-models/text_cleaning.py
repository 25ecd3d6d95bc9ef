import re


def clean(text):
    return re.sub(r"[^\w ]+", " ", text).lower().strip()
