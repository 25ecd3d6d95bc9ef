"""What to diagnose, and how: one record for all targets, as a command line would say it."""

import re
import shlex
from typing import Literal

from checks.finding import Record

Kind = Literal["script", "document", "manifest", "folder", "container", "workload", "url", "log", "report"]


class Call(Record, frozen=True):
    """One call of doctor. `name` is a path, a container, `KIND/NAME` of a cluster (empty: the whole scope), or a URL.

    `kind` `report` is a saved report or support bundle. `variables` may hold secrets: a call is shown by its
    `command` only, which leaves them out. `key_variable` and `token_variable` name environment variables. `timeout` is
    in seconds, None for that of the verb; `memory` is a size such as `2G`, None for what this machine has to spare.
    """

    kind: Kind
    name: str
    samples: tuple[str, ...] = ()
    model_dir: str | None = None
    environment: str | None = None
    source: str | None = None
    python: str | None = None
    image: str | None = None
    run: bool = True
    attack: bool = False
    verify: bool = False
    rehearse: bool | None = None
    network: bool = False
    variables: dict[str, str] = {}
    context: str | None = None
    namespace: str | None = None
    kubeconfig: str | None = None
    everywhere: bool = False
    labels: str = ""
    container: str | None = None
    key_variable: str | None = None
    token_variable: str | None = None
    deployment: str | None = None
    timeout: float | None = None
    memory: str | None = None

    @property
    def title(self) -> str:
        """The target in a few words: what a list or a heading shows."""
        if self.kind != "workload":
            return public(self.name) if self.kind == "url" else self.name
        scope = "all namespaces" if self.everywhere else self.namespace or "its namespace"
        where = f" ({self.context})" if self.context else ""
        return f"{self.name or 'every workload'} in {scope}{where}"

    @property
    def command(self) -> str:
        """The same call as a line to paste into a shell."""
        return shlex.join(["doctor", *_verb(self), *_options(self)])


def public(url: str) -> str:
    """A URL with a mask in the place of user, password and query, which may be a key."""
    address, mark, _ = url.partition("?")
    from doctor.redact import MASK  # its patterns take their time, and the first screen shows no call

    address = re.sub(r"(?<=://)[^/]*(?=@)", MASK, address)
    return f"{address}?{MASK}" if mark else address


def _verb(call: Call) -> list[str]:
    if call.kind == "container":
        return ["diagnose", "docker", call.name]
    if call.kind == "workload":
        return ["diagnose", "k8s", *([call.name] if call.name else [])]
    if call.kind == "url":
        return ["diagnose", "url", public(call.name)]
    if call.kind == "report":
        return ["tui", "--record", call.name]
    return ["triage" if call.kind == "log" else "check", call.name]


def _options(call: Call) -> list[str]:
    pairs = {
        "--model-dir": call.model_dir,
        "--env": call.environment,
        "--source": call.source,
        "--python": call.python,
        "--image": call.image,
        "--context": call.context,
        "--kubeconfig": call.kubeconfig,
        "-n": call.namespace,
        "-l": call.labels,
        "-c": call.container,
        "--key-env": call.key_variable,
        "--token-env": call.token_variable,
        "--deployment": call.deployment,
        "--memory": call.memory,
        "--timeout": None if call.timeout is None else f"{call.timeout:g}",
    }
    words = [word for sample in call.samples for word in ("--sample", sample)]
    words += [word for option, value in pairs.items() if value for word in (option, value)]
    flags = {
        "--no-run": not call.run,
        "--attack": call.attack,
        "--verify": call.verify,
        "--network": call.network,
        "-A": call.everywhere,
    }
    words += [flag for flag, given in flags.items() if given]
    if call.rehearse is not None:
        words.append("--rehearse" if call.rehearse else "--no-rehearse")
    return words
