"""Which Python in a pod's container to look with: found by its shell in one call, guessed where it has none.

The order is that of `doctor.containers.interpreters_inside`: what runs, what the command names, the server's own first
line, the images' environments, PATH, usual places. The same call reads how much memory is left.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checks.containers import Container, Socket
from checks.missing import Missing
from doctor.cluster.api import Api, Executed
from doctor.cluster.handed_over import executed, is_absent, last_words
from doctor.containers.look_inside import listeners

MOST_FACTS = 1 << 20  # bytes
SECONDS = 15.0
GUESSES = ("python3", "python", "/usr/local/bin/python3", "/opt/conda/bin/python", "/opt/miniconda/bin/python")
"""What is tried where no shell tells: names are looked up on the container's own PATH."""

_SERVERS = ("azmlinfsrv", "gunicorn", "uvicorn", "hypercorn", "waitress-serve", "flask")
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*\Z")
_EXECUTED_BY_SHELL = re.compile(r"'{3}exec' \"?(/[^\"'\n]+)")  # pip and distlib, where the path has blanks or is long
_SEPARATOR = "\x1f"
# X: a program that is there; O: one on PATH, in its order; L: the first two lines of a server's script; P: the words of
# a process; T: a table of sockets can be read; S: a row
# of it that listens; M: memory.
_SHELL = r"""
x() { [ -f "$1" ] && [ -x "$1" ] && echo "${2:-X} $1"; }
for p in "$@" /azureml-envs/*/bin/python /opt/*conda*/envs/*/bin/python /opt/*conda*/bin/python \
 /root/*conda*/bin/python \
 /opt/venv/bin/python /venv/bin/python /app/.venv/bin/python /.venv/bin/python /usr/local/bin/python3 /usr/bin/python3
do x "$p"; done
f=$IFS; IFS=:
for d in $PATH; do
 for n in python3 python; do x "$d/$n" O; done
 for n in azmlinfsrv gunicorn uvicorn hypercorn; do
  if x "$d/$n" O; then { read -r a; read -r b; } <"$d/$n"; printf 'L %s\037%s\037%s\n' "$d/$n" "$a" "$b"; fi
 done
done
IFS=$f; i=0
for p in /proc/[0-9]*/cmdline; do
 i=$((i+1)); [ $i -gt 300 ] && break
 w=$({ tr '\000\n' '\037 ' <"$p"; } 2>/dev/null); [ -n "$w" ] && printf 'P %s\n' "$w"
done
for t in /proc/net/tcp /proc/net/tcp6; do
 [ -r $t ] && echo T && while read -r a b c d e; do [ "$d" = 0A ] && echo "S $a $b $c $d $e"; done <$t
done
[ -n "$AZUREML_CONDA_ENVIRONMENT_PATH" ] && x "$AZUREML_CONDA_ENVIRONMENT_PATH/bin/python"
m() { [ -r "$2" ] && read -r v <"$2" && echo "M $1 $v"; }
c=/sys/fs/cgroup
if [ -r $c/memory.current ]; then m current $c/memory.current; m limit $c/memory.max; s=$c/memory.stat; k=inactive_file
else m current $c/memory/memory.usage_in_bytes; m limit $c/memory/memory.limit_in_bytes; s=$c/memory/memory.stat
 k=total_inactive_file; fi
[ -r $s ] && while read -r n v; do [ "$n" = $k ] && echo "M reclaimable $v"; done <$s
exit 0
"""


@dataclass
class Facts:
    """What the shell told. `shell` is None where the container has none; `refusal` is what the failed call said."""

    shell: str | None = None
    refusal: str = ""
    programs: list[str] = field(default_factory=list)
    on_path: list[str] = field(default_factory=list)
    scripts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    processes: list[list[str]] = field(default_factory=list)
    has_table: bool = False
    sockets: list[str] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)

    @property
    def listening(self) -> tuple[Socket, ...] | Missing:
        """What listens in the pod: its containers share one network."""
        if not self.has_table:
            return Missing(reason="the table of sockets could not be read")
        return tuple(Socket(address=address, port=port) for address, port, _ in listeners("\n".join(self.sockets), {}))

    @property
    def left(self) -> int | None:
        """Bytes up to the memory limit, counting cache that can go; None where there is no limit, or nobody tells."""
        if not {"current", "limit"} <= self.memory.keys() or self.memory["limit"] >= 1 << 60:
            return None
        return self.memory["limit"] - self.memory["current"] + self.memory.get("reclaimable", 0)


def facts_of(api: Api, namespace: str, pod: str, container: Container) -> Facts:
    """Ask the shell. Raises Refused and CannotExamine as `Api.execute`."""
    named = [word for word in container.words if word.startswith("/") and _PYTHON.match(posixpath.basename(word))]
    refusal = ""
    for shell in ("sh", "bash"):
        command = [shell, "-c", _SHELL, shell, *dict.fromkeys(named)]
        done = executed(api, namespace, pod, container, command, seconds=SECONDS, most=MOST_FACTS)
        if done.code == 0:
            return _read(done, shell)
        refusal = refusal or last_words(done)
        if not is_absent(done):
            break
    return Facts(refusal=refusal)


def _read(done: Executed, shell: str) -> Facts:
    facts = Facts(shell=shell)
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "X":
            facts.programs.append(rest)
        elif kind == "O":
            facts.on_path.append(rest)
        elif kind == "L":
            path, *begin = rest.split(_SEPARATOR)
            facts.scripts[path] = tuple(begin)
        elif kind == "P":
            facts.processes.append(rest.rstrip(_SEPARATOR).split(_SEPARATOR))
        elif kind == "T":
            facts.has_table = True
        elif kind == "S":
            facts.sockets.append(rest)
        elif kind == "M":
            name, _, value = rest.partition(" ")
            if value.isdigit():
                facts.memory[name] = int(value)
    return facts


def interpreters(container: Container, facts: Facts) -> list[str]:
    """Every Python that may be meant, the likeliest first; guesses where no shell told."""
    if facts.shell is None:
        named = [word for word in container.words if _PYTHON.match(posixpath.basename(word))]
        return list(dict.fromkeys([*named, *GUESSES]))
    return list(dict.fromkeys(_candidates(container, facts)))


def _candidates(container: Container, facts: Facts) -> Iterator[str]:
    serving = sorted(facts.processes, key=lambda words: not any(_name(word) in _SERVERS for word in words[:3]))
    for words in (*serving, container.words):
        yield from _of_command(words, facts)
    if folder := container.environment.get("AZUREML_CONDA_ENVIRONMENT_PATH", "").rstrip("/"):
        yield from (path for path in (f"{folder}/bin/python", f"{folder}/bin/python3") if path in facts.programs)
    for path in facts.scripts:
        yield from _of_script(path, facts)
    yield from (path for path in facts.programs if path.startswith("/azureml-envs/"))
    for name in ("python3", "python"):
        yield from _looked_up(name, facts)[:1]
    yield from (path for path in facts.programs if _PYTHON.match(_name(path)))


def _of_command(words: Sequence[str], facts: Facts) -> Iterator[str]:
    for at, word in enumerate(words):
        if _PYTHON.match(_name(word)):
            # The words of a process tell no lie about what is there; those of the pod's spec may.
            yield from (
                [word] if word.startswith("/") and (at == 0 or word in facts.programs) else _looked_up(word, facts)
            )
        elif _name(word) in _SERVERS:
            for path in [word] if word in facts.scripts else _looked_up(_name(word), facts):
                yield from _of_script(path, facts)


def _of_script(script: str, facts: Facts) -> Iterator[str]:
    """The interpreter that the first line names, or, where pip wrote a line of shell before it, the second."""
    first, *more = facts.scripts.get(script, ("",))
    if not first.startswith("#!"):
        return
    words = first[2:].split()
    if more and (found := _EXECUTED_BY_SHELL.search(more[0])):
        words = [found[1].strip()]
    if words and _name(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    if words and _PYTHON.match(_name(words[0])):
        yield from [words[0]] if words[0].startswith("/") else _looked_up(words[0], facts)


def _looked_up(name: str, facts: Facts) -> list[str]:
    if "/" in name:
        return []
    return [path for path in (*facts.on_path, *facts.programs) if _name(path) == name][:1]


def _name(path: str) -> str:
    return posixpath.basename(path)
