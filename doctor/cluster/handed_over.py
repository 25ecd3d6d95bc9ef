"""Run a Python program in a pod's container, program and arguments handed over by standard input.

The words of a command travel in the address of the request, which proxies cut; standard input does not. A short first
program reads as many bytes as it is told, for not every server can close the stream.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.containers import Container
from doctor.cluster.api import Api, Executed, Refused
from doctor.cluster.rights import rule

ISOLATED = ("-I", "-B", "-S")
NOT_THERE, SERVER = 127, 500
EXEC_RULE = rule("pods/exec", "get", "create")
"""A websocket begins with a GET, for which servers up to 1.34 ask for `get`, later ones for `create`."""
_FIRST = (
    "import json,os,sys;r=sys.stdin.buffer;o=json.loads(r.readline().decode());s=r.read(o['program']);"
    "sys.argv[1:]=[r.read(n).decode() for n in o['arguments']];os.environ.update(o['variables']);"
    "sys.stdin=open(os.devnull);exec(compile(s,o['name'],'exec'))"
)


@dataclass(frozen=True)
class Program:
    """A program for Python 3.6 and newer, its arguments, and variables that it gets besides the container's own."""

    text: str
    arguments: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    name: str = "doctor"

    @property
    def stdin(self) -> bytes:
        """What is written to standard input."""
        program = self.text.encode()
        arguments = [one.encode() for one in self.arguments]
        told: dict[str, Any] = {
            "program": len(program),
            "arguments": [len(one) for one in arguments],
            "variables": dict(self.variables),
            "name": self.name,
        }
        return b"".join((json.dumps(told).encode(), b"\n", program, *arguments))


def run(
    api: Api,
    namespace: str,
    pod: str,
    container: Container,
    python: str,
    program: Program,
    *,
    options: Sequence[str] = ISOLATED,
    seconds: float,
    most: int,
) -> Executed:
    """Run it with an interpreter of the container. Raises Refused and CannotExamine as `Api.execute`."""
    command = [python, *options, "-c", _FIRST]
    return executed(api, namespace, pod, container, command, stdin=program.stdin, seconds=seconds, most=most)


def executed(
    api: Api,
    namespace: str,
    pod: str,
    container: Container,
    command: Sequence[str],
    *,
    stdin: bytes | None = None,
    seconds: float = 15.0,
    most: int = 1 << 20,
) -> Executed:
    """As `Api.execute`; a command that is not there has ended with 127, whether its runtime or its server says so."""
    try:
        return api.execute(namespace, pod, container.name, command, stdin=stdin, seconds=seconds, most=most)
    except Refused as error:
        done = Executed(b"", str(error).encode(), NOT_THERE)
        if error.status < SERVER or not is_absent(done):
            raise
        return done


def is_absent(done: Executed) -> bool:
    """Whether the command is not there, in the words of runc, crun and the shells."""
    said = (done.stdout[:2000] + done.stderr[:2000]).decode("utf-8", "replace").lower()
    words = ("executable file", "no such file or directory", "not found in $path", "command not found")
    return done.code in {126, NOT_THERE, None} and any(word in said for word in words)


def last_words(done: Executed) -> str:
    """The last line that a command wrote, or how it ended."""
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else f"exit code {done.code}"
