"""The entry script holds something else than Python.

What it finds
-------------
A file with the name of a script that is an HTML page, a notebook or other JSON, a YAML file, a requirements file, a
Dockerfile, a shell script or a git-lfs pointer.

Why it breaks
-------------
The server imports the file as Python. It is none, so the import fails with a SyntaxError (JSON without `null`, `true`
and `false` even imports, and then has no init()), the worker exits with code 3, and the container restarts.

How to fix
----------
Put the script itself in the place of the file: the raw file instead of the web page that shows it, the code cells
of the notebook, the script instead of the deployment file.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `load_script`. Notebook format:
https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage

_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(r"\s*<(?:\?xml|svg)\b", re.IGNORECASE)
_LFS = re.compile(r"\s*version https://git-lfs\.github\.com/spec")
_SHEBANG = re.compile(r"#![ \t]*\S*?/?(?:env[ \t]+)?(bash|sh|zsh|dash|ksh|fish|node|perl|ruby|Rscript|pwsh|lua|php)\b")
_YAML_KEY = re.compile(r"(?:- )?[A-Za-z_$][\w$./-]*:(?:[ \t]|$)")
_YAML_LINE = re.compile(r"[ \t]*(?:#.*|---.*|- .+|[\w$./\"'{}<>=*&-][^:]*:(?:[ \t].*)?|[|>].*)?$")
_REQUIREMENT = re.compile(r"(?:-[re] |--)\S.*|[A-Za-z0-9][\w.-]*(?:\[[\w, -]+\])?[ \t]*(?:[=<>!~]=?=?[ \t]*[\w.*]+,?)*")
_DOCKER = re.compile(r"(?:[ \t]*(?:#.*)?\n|ARG .*\n)*FROM[ \t]+[\w./:@${}-]+", re.MULTILINE)
_PYTHON = re.compile(r"^(?:def|class|import|from|async def|if|for|while|try)\b", re.MULTILINE)


@check(
    "entry-script.not-python",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        *EXPLAINED,
        "entry-script.no-init",
        "entry-script.no-run",
        "entry-script.undefined-name",
        "runtime.contract-refused",
    ),
)
def not_python(evidence: Evidence) -> Iterator[Finding]:
    """Look at the form of the text as a whole."""
    script, module = entry_script(evidence)
    if module.tree is None:
        yield from findings(evidence, "not_python")
    elif is_json(module.tree) and (form := _json(script.text)):
        what, fix, changes = form
        yield Finding(
            title=f"the entry script is {what}, not Python",
            evidence=(Quote(source=script.path, line=1, text=module.line(1)[:160]),),
            about=("line:1", "phase:import", "name:init", "name:run", "name:null", "name:true", "name:false"),
            fixes=(
                Fix(
                    title=fix,
                    edits=tuple(module.replace(script.path, module.tree.body[0], change.text) for change in changes),
                ),
            ),
        )


def is_json(tree: ast.Module) -> bool:
    """True for a module that is one dict or list display and nothing else."""
    only = tree.body[0] if len(tree.body) == 1 else None
    return isinstance(only, ast.Expr) and isinstance(only.value, ast.Dict | ast.List)


def detect(broken: Broken) -> Fault | None:
    """Tell by the beginning, or by every line, what the text is."""
    form = _form(broken)
    if form is None:
        return None
    what, fix, changes = form
    first = len(broken.text) - len(broken.text.lstrip())
    return Fault(title=f"the entry script is {what}, not Python", places=(first,), changes=changes, fix=fix)


def _form(broken: Broken) -> tuple[str, str, tuple[Change, ...]] | None:
    text = broken.text
    if _HTML.match(text):
        page = "take the raw file ('Raw' or 'Download') instead of the web page that shows it"
        return "an HTML page", page, ()
    if _XML.match(text):
        return "an XML document", "put the entry script in the place of this file", ()
    if _LFS.match(text):
        return "a git-lfs pointer", "fetch the file itself with `git lfs pull`", ()
    if form := _json(text):
        return form
    if re.match(r'\s*\{\s*"cells"\s*:\s*\[', text):
        return "a notebook that was cut off", "export the notebook's code: `jupyter nbconvert --to script`", ()
    if shebang := _SHEBANG.match(text):
        return f"a script for {shebang[1]}", "put the entry script in the place of this file", ()
    if _DOCKER.match(text) and not _PYTHON.search(text):
        return "a Dockerfile", "name the entry script, not the Dockerfile", ()
    lines = [line for line in (raw.rstrip("\r\n") for raw in broken.lines) if line.strip()]
    bare = [line for line in lines if not line.lstrip().startswith("#")]
    if bare and any("==" in line for line in bare) and all(_REQUIREMENT.fullmatch(line.strip()) for line in bare):
        return "a requirements file", "name the entry script, not the list of packages", ()
    keys = sum(bool(_YAML_KEY.match(line)) for line in bare)
    if keys >= 2 and not _PYTHON.search(text) and all(_YAML_LINE.fullmatch(line) for line in bare):
        return "a YAML file", "name the entry script, not the deployment or environment file", ()
    return None


def _json(text: str) -> tuple[str, str, tuple[Change, ...]] | None:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and isinstance(value.get("cells"), list):
        code = _code_of(value["cells"])
        changes = (Change(0, len(text), code),) if "def run" in code else ()
        return "a notebook (JSON)", "put the notebook's code cells in the place of the file", changes
    return "a JSON document", "put the entry script in the place of this file", ()


def _code_of(cells: list[Any]) -> str:
    """The code cells of a notebook as one script."""
    sources = [cell.get("source", "") for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    texts = ["".join(source) if isinstance(source, list) else str(source) for source in sources]
    return "\n\n\n".join(text.strip("\n") for text in texts if text.strip()) + "\n"


_NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "source": ["# Scoring"], "metadata": {}},
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": ["def init():\n", "    pass\n", "\n", "def run(data):\n", "    return data"],
            },
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)

CASES = (
    fires("<!DOCTYPE html>\n<html><body>score.py</body></html>\n", saw="an HTML page", line=1),
    fires("\n\n<html lang='en'>\n", saw="an HTML page", line=3),
    fires(_NOTEBOOK, saw="a notebook", line=1, fixed="def init():\n    pass\n\ndef run(data):\n    return data\n"),
    fires('{"data": [[1, 2], [3, 4]]}\n', saw="a JSON document"),
    fires("name: env\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.9\n  - pip:\n    - azureml-defaults\n"),
    fires("azureml-defaults\nnumpy==1.26.4\n# models\nscikit-learn>=1.2,<1.5\n", saw="a requirements file"),
    fires("#!/bin/bash\nset -e\npip install foo\n", saw="a script for bash"),
    fires("FROM mcr.microsoft.com/azureml/base:latest\nRUN pip install numpy\n", saw="a Dockerfile"),
    fires("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", saw="a git-lfs pointer"),
    quiet("#!/usr/bin/env python3\ndef init(): ...\ndef run(data): return data\n"),
    quiet('SETTINGS = {"a": 1}\ndef init(): ...\ndef run(data): return SETTINGS\n'),
    quiet('"""\n<html>\n"""\ndef init() ...\n', name="broken in another way"),
    quiet("a: int\nb: str = 'x'\n", name="annotations look like YAML"),
)
