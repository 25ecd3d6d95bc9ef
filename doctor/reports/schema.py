"""The JSON schema of a report, made from the types themselves: docs/report.schema.json."""

import inspect
from typing import Any

import msgspec

from doctor.report import SCHEMA, Report

# What every field means. A field without an entry fails the test of the schema, so that none stays unexplained.
FIELDS = {
    "Report": {
        "schema": f"The form of this object: `{SCHEMA}`. Fields may be added to it, none is taken away.",
        "version": "The version of doctor that wrote the report.",
        "target": "What was examined.",
        "verdict": "What the findings come to.",
        "causes": "Root causes, the most likely first; empty unless the verdict is failing.",
        "findings": "Everything that was found: causes, the symptoms they explain, warnings and infos.",
        "checks": "Which checks looked, and which did not.",
        "timings": "How long it took.",
        "notes": "How the report came about: the interpreter used, what was sent, what was not tried.",
        "suppressed": "How many findings were kept out of `findings` because somebody said so.",
        "suppressions": "Those findings, each with who said so.",
        "fingerprint": "Of a log: equal for equal diagnoses. Null for other targets.",
        "when": "Of a log: when the proving line was written, as 2026-11-20 18:07:02. Null where the log has no times.",
    },
    "Target": {"kind": "The kind of target.", "name": "The target as the person named it."},
    "Finding": {
        "title": "What is wrong, readable alone.",
        "evidence": "Where the proof stands.",
        "id": "Names the problem; stays the same between versions. `doctor explain ID` tells more.",
        "family": "The part of the id before the dot.",
        "why": "The mechanism: what tried to do what, what it met, and what the client sees.",
        "severity": "What it does to the service.",
        "confidence": "How sure it is.",
        "stage": "The moment of the service's life in which it breaks.",
        "explains": "The ids of the other findings of this report that it causes.",
        "about": "The subjects it speaks of (`name:np`, `module:cv2`, `line:7`), by which causes meet their symptoms.",
        "fixes": "Ways to cure it, the best first.",
        "no_fix": "Why there is no fix, when there is none.",
        "confirm": "The command that passes once it is cured.",
        "reproduce": "Lines to paste that show the same, for a shell and for Python; a key is a variable in them.",
        "learn_more": "Where to read on.",
        "after": "Ids of the causes whose fixes have to be made before this one shows.",
        "place": "The order of findings that come from one log; 0 for the first and for all others.",
    },
    "Quote": {
        "source": "A file, or what else was looked at.",
        "text": "What stands there; of a line, without its indentation.",
        "line": "The line, from 1.",
        "column": "The column at which the text begins, from 0.",
        "mark": "The part of the text that matters: first character and the one behind the last, from 0.",
    },
    "Fix": {
        "title": "What to do.",
        "safety": "How it may be applied.",
        "commands": "What to paste; values to fill in stand in <angle brackets>.",
        "edits": "What `--fix` or an editor may apply.",
        "patches": "Changes of objects of a cluster, which `--apply` may send.",
        "verified": "What happened when the edits were applied to a scratch copy and the service ran again.",
        "diff": "The edits as a unified diff.",
    },
    "Patch": {
        "kind": "The kind of the object.",
        "name": "Its name.",
        "namespace": "Its namespace.",
        "body": "The patch, as JSON.",
        "type": "How it is meant, as `kubectl patch --type` takes it.",
    },
    "Edit": {
        "path": "The file.",
        "start_line": "From 1.",
        "start_column": "From 0, in characters.",
        "end_line": "From 1.",
        "end_column": "From 0, in characters; exclusive.",
        "replacement": "The text that comes in place of what stands between start and end.",
    },
    "CheckSummary": {
        "passed": "How many looked and found nothing.",
        "found": "How many found something.",
        "skipped": "Which could not look: never counted as passed.",
        "crashed": "Which failed themselves: a bug in doctor.",
        "passed_ids": "Which looked and found nothing.",
    },
    "NotRun": {"id": "The check.", "reason": "Why it did not look, or how it failed."},
    "Timings": {
        "collect": "Seconds for reading the files and running the script.",
        "check": "Seconds for the checks.",
        "verify": "Seconds for trying fixes.",
        "engine_calls": "Of a container: how many requests its engine was sent. Null for other targets.",
    },
    "Suppressed": {
        "finding": "The finding.",
        "how": "A comment in the script, the baseline, or a setting.",
        "reason": "The reason given beside the comment, or the setting.",
    },
}


def report_schema() -> dict[str, Any]:
    """The schema as a JSON document, every field with its meaning."""
    (root,), parts = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    for part in parts.values():
        part["description"] = inspect.cleandoc(part["description"])
    parts["Report"]["properties"]["schema"]["const"] = SCHEMA
    for name, fields in FIELDS.items():
        for field, meaning in fields.items():
            parts[name]["properties"][field]["description"] = meaning
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report of Deployment Doctor",
        **root,
        "$defs": dict(sorted(parts.items())),
    }
