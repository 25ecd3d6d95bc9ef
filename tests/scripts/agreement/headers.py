"""Undecorated, with the headers of the request and an argument that nobody sends."""


def init():
    pass


def run(raw, extra="z", request_headers=None):
    known = {name: request_headers[name] for name in ("Content-Type", "Content-Length")}
    return {"raw": raw, "extra": extra, "known": known, "lower": "content-type" in request_headers}
