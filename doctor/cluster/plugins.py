"""Login plugins of a kubeconfig (`exec`): run with a time limit, and their own words kept when they fail.

Source: client.authentication.k8s.io/v1, ExecCredential.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doctor.errors import CannotExamine
from doctor.redact import redact

SECONDS = 60.0  # a plugin that says nothing counts as hanging
MOST_WORDS = 400  # characters of its own words


@dataclass(frozen=True)
class Credential:
    """What a plugin handed out: a token, or a certificate with its key (both PEM), or both."""

    token: str = ""
    certificate: str = ""
    key: str = ""


def run_plugin(
    plugin: Mapping[str, Any], cluster: Mapping[str, Any], folder: Path, user: str, seconds: float
) -> Credential:
    """Run a plugin. A relative command with a slash starts at `folder`, as for kubectl.

    Raises CannotExamine with the plugin's own words and the remedy.
    """
    command = str(plugin.get("command") or "")
    name = f"the login plugin `{command}` of user `{user}`"
    if not command:
        raise CannotExamine(f"user `{user}` of the kubeconfig has an exec plugin without a command; fetch it again")
    found = str(folder / command) if "/" in command and not Path(command).is_absolute() else shutil.which(command)
    if not found or not Path(found).is_file():
        advice = " ".join(str(plugin.get("installHint") or "install it, or put it on PATH").split())
        raise CannotExamine(f"{name} is not there; {advice}")
    interactive = _may_ask(plugin)
    limit = seconds if interactive else min(seconds, SECONDS)
    words = [found, *map(str, plugin.get("args") or ())]
    try:
        done = subprocess.run(  # noqa: S603 the kubeconfig names it, as for kubectl
            words,
            env=_environment(plugin, cluster, interactive),
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if interactive else subprocess.PIPE,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = _words(error.stderr)
        raise CannotExamine(
            f"{name} did not end within {limit:.0f} s{f': {said}' if said else ''}; "
            f"run it by hand to see what it waits for: {_shown(words)}"
        ) from None
    except OSError as error:
        raise CannotExamine(f"{name} cannot be run: {error.strerror or error}; check {found}") from None
    if done.returncode:
        said = _words(done.stderr) or _words(done.stdout) or "it said nothing"
        raise CannotExamine(f"{name} failed with exit code {done.returncode}: {said}; log in, then try again")
    return _credential(done.stdout, name)


def _may_ask(plugin: Mapping[str, Any]) -> bool:
    """True where a plugin may speak with the person: it may want to, and there is one."""
    return plugin.get("interactiveMode") != "Never" and sys.stdin.isatty() and sys.stderr.isatty()


def _environment(plugin: Mapping[str, Any], cluster: Mapping[str, Any], interactive: bool) -> dict[str, str]:
    spec: dict[str, Any] = {"interactive": interactive}
    if plugin.get("provideClusterInfo"):
        told = {
            "server": cluster.get("server"),
            "tls-server-name": cluster.get("tls-server-name"),
            "insecure-skip-tls-verify": cluster.get("insecure-skip-tls-verify"),
            "certificate-authority-data": cluster.get("certificate-authority-data"),
            "proxy-url": cluster.get("proxy-url"),
            "config": _own_part(cluster),
        }
        spec["cluster"] = {key: value for key, value in told.items() if value is not None}
    info = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    own = {str(one["name"]): str(one["value"]) for one in plugin.get("env") or ()}
    return {**os.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(info)}


def _own_part(cluster: Mapping[str, Any]) -> Any:
    """What the cluster's entry keeps for plugins."""
    extensions = cluster.get("extensions") or ()
    kept = "client.authentication.k8s.io/exec"
    return next((one.get("extension") for one in extensions if one.get("name") == kept), None)


def _credential(output: bytes, name: str) -> Credential:
    try:
        document = json.loads(output)
        status = document["status"]
        found = Credential(
            str(status.get("token") or ""),
            str(status.get("clientCertificateData") or ""),
            str(status.get("clientKeyData") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotExamine(f"{name} did not answer with an ExecCredential; run it by hand and see") from None
    if not found.token and not (found.certificate and found.key):
        raise CannotExamine(f"{name} answered without a token or certificate; log in, then try again")
    return found


def _words(text: bytes | None) -> str:
    """What it wrote, on one line, its end where it is long."""
    return redact(" ".join((text or b"").decode("utf-8", "replace").split()))[-MOST_WORDS:]


def _shown(words: list[str]) -> str:
    import shlex

    return redact(shlex.join(words))
