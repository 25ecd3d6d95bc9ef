"""Run doctor on a broken service, as a person does, and compare what it says with the truth."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cluster.live.ways import Way

SECONDS = 180


class NoReport(AssertionError):
    """Doctor did not write a report."""


def diagnose(kubeconfig: Path, target: str, namespace: str) -> dict[str, Any]:
    """The report of `doctor diagnose k8s`. Raises NoReport."""
    words = ["diagnose", "k8s", target, "-n", namespace, "--kubeconfig", str(kubeconfig), "-o", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "doctor", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, "NO_COLOR": "1"},
    )
    if done.returncode not in {0, 1}:
        raise NoReport(f"doctor {' '.join(words)}: exit code {done.returncode}\n{done.stderr[-3000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def differences(way: Way, report: dict[str, Any]) -> list[str]:
    """What the report says otherwise than the truth; empty when it is right."""
    return [*_of_verdict(way, report), *_of_words(way, report)]


def _of_verdict(way: Way, report: dict[str, Any]) -> Iterator[str]:
    unasked = (way.verdict, report["verdict"]) == ("healthy", "inconclusive")  # no sample is sent
    if way.verdict not in {"any", report["verdict"]} and not unasked:
        yield f"the verdict is {report['verdict']}, not {way.verdict}"
    if way.verdict == "healthy" and report["causes"]:
        yield f"nothing is wrong, but it blames {report['causes'][0]['title']}"


def _of_words(way: Way, report: dict[str, Any]) -> Iterator[str]:
    if not way.mention:
        return
    found = report["findings"] if way.among == "findings" else report["causes"][:1]
    missing = [_missing(way, finding) for finding in found]
    if not any(words == [] for words in missing):
        told = [finding["title"] for finding in report["causes"] or report["findings"]]
        yield f"{way.cause}: the {way.among} must mention {list(map(list, way.mention))}, but it says {told}"


def _missing(way: Way, finding: dict[str, Any]) -> list[tuple[str, ...]]:
    """The groups of words of which a finding mentions none, in its title, its reason and its fixes."""
    texts = [finding["title"], finding["why"], *(fix["title"] for fix in finding["fixes"])]
    whole = "\n".join(texts).lower()
    return [any_of for any_of in way.mention if not any(word.lower() in whole for word in any_of)]
