"""Fixes that change an object of the cluster: the patch, and the line of kubectl that applies it."""

import json
import shlex
from collections.abc import Mapping
from typing import Any, Literal

from checks.cluster.subject import Workload
from checks.finding import Fix, Patch, Safety

MANAGED = frozenset({"deployment", "statefulset", "daemonset", "replicaset"})
"""Kinds whose template may be patched."""


def told(title: str, *commands: str) -> Fix:
    """A fix that a person carries out; one with `<angle brackets>` is a placeholder."""
    open_ = any("<" in text and ">" in text for text in (title, *commands))
    return Fix(title=title, safety=Safety.PLACEHOLDER if open_ else Safety.REVIEW, commands=commands)


def patched(
    title: str,
    kind: str,
    name: str,
    namespace: str,
    body: object,
    *,
    type: Literal["strategic", "merge", "json"] = "strategic",
    safety: Safety = Safety.REVIEW,
) -> Fix:
    """A fix that patches one object. A body with `<angle brackets>` is a placeholder, and nothing to apply as it is."""
    text = json.dumps(body, ensure_ascii=False)
    words = ["kubectl", "patch", kind.lower(), name, "-n", namespace, f"--type={type}", "-p", text]
    open_ = "<" in text and ">" in text
    patch = Patch(kind=kind, name=name, namespace=namespace, body=text, type=type)
    return Fix(
        title=title,
        safety=Safety.PLACEHOLDER if open_ else safety,
        commands=(shlex.join(words),),
        patches=() if open_ else (patch,),
    )


def of_template(title: str, workload: Workload, pod_spec: Mapping[str, Any], *, safety: Safety = Safety.REVIEW) -> Fix:
    """A fix that changes what the pods of a workload shall be; `pod_spec` is the strategic patch of a pod's spec.

    Of a manifest only the title counts. What nobody may patch (a bare pod, a job) is written anew from its manifest.
    """
    if workload.from_files:
        return Fix(title=f"{title}, in the manifest", safety=safety, commands=yaml_lines(pod_spec))
    kind = workload.kind
    if kind.lower() in MANAGED:
        body = {"spec": {"template": {"spec": pod_spec}}}
        return patched(title, kind, workload.name, workload.namespace, body, safety=safety)
    where = f"{kind.lower()} {workload.name} -n {workload.namespace}"
    return Fix(
        title=f"{title}; a {kind.lower()} cannot be changed, so make it anew",
        safety=Safety.REVIEW,
        commands=(
            f"kubectl get {where} -o yaml > {workload.name}.yaml",
            *(f"#   {line}" for line in yaml_lines(_below(kind, pod_spec))),
            f"kubectl replace --force -f {workload.name}.yaml",
        ),
    )


def _below(kind: str, pod_spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """A pod's spec where an object of that kind has it."""
    found: Mapping[str, Any] = {"spec": pod_spec}
    for part in {"Pod": (), "CronJob": ("template", "jobTemplate")}.get(kind, ("template",)):
        found = {"spec": {part: found}}
    return found


def of_container(
    title: str,
    workload: Workload,
    container: str,
    fields: Mapping[str, Any],
    *,
    init: bool = False,
    safety: Safety = Safety.REVIEW,
) -> Fix:
    """A fix that changes one container of the template; `fields` as in the API: `{"image": "score:2"}`."""
    where = "initContainers" if init else "containers"
    return of_template(title, workload, {where: [{"name": container, **fields}]}, safety=safety)


def yaml_lines(value: object) -> tuple[str, ...]:
    """A value as a person would write it into a manifest: YAML, one line each."""
    return tuple(_lines(value, ""))


def _lines(value: object, indent: str) -> list[str]:
    if isinstance(value, Mapping):
        found = []
        for key, inner in value.items():
            nested = isinstance(inner, Mapping | list) and inner
            found += (
                [f"{indent}{key}:", *_lines(inner, indent + "  ")] if nested else [f"{indent}{key}: {_plain(inner)}"]
            )
        return found
    if isinstance(value, list):
        found = []
        for inner in value:
            lines = _lines(inner, indent + "  ")
            found += [f"{indent}- {lines[0].lstrip()}", *lines[1:]] if lines else []
        return found
    return [f"{indent}{_plain(value)}"]


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) or _needs_quotes(value) else value


def _needs_quotes(text: str) -> bool:
    """True for a text that YAML would read as something else."""
    return (
        not text
        or text != text.strip()
        or text[0] in "&*!|>'\"%@`{}[],#?:-"
        or ": " in text
        or text.lower()
        in {
            "true",
            "false",
            "yes",
            "no",
            "on",
            "off",
            "null",
            "~",
        }
        or text.replace(".", "", 1).replace("-", "", 1).isdigit()
    )
