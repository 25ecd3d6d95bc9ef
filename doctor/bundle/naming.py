"""What a bundle is called when nobody says: the target and the day."""

import re
from datetime import datetime
from pathlib import Path

from doctor.diagnosis.call import Call

_OF_FILES = frozenset({"script", "folder", "manifest", "document", "log"})
_LONGEST = 60  # characters of the target's name


def dated(name: str) -> str:
    """`doctor-score-2026-11-22`: fit for every file system, and without an ending."""
    stem = name.rpartition("://")[2].removesuffix(".py").removesuffix(".zip").removesuffix(".json")
    words = re.sub(r"[^\w-]+", "-", stem).strip("-")[:_LONGEST]
    return f"doctor-{words or 'report'}-{datetime.now().astimezone():%Y-%m-%d}"


def name_of(call: Call) -> Path:
    """The file for a bundle of what a call names, in the folder where one is."""
    name = call.name
    if call.kind in _OF_FILES:
        name = Path(call.name).resolve().name
    elif call.kind == "url":
        address = call.name.rpartition("://")[2]
        name = address.split("?")[0].rpartition("@")[2]  # neither query nor user: each may be a key
    elif call.kind == "workload":
        name = "-".join(one for one in (call.namespace, call.name) if one) or "cluster"
    return Path(f"{dated(name)}.zip")
