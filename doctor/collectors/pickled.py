"""What a pickle says about itself, read from its opcodes. Nothing of it is ever loaded, imported or called.

The opcodes are followed on a stack of shadows: names, short strings, numbers, tuples, and empty husks for everything
else. That is enough to tell which classes a pickle refers to (protocol 4 keeps their names in the memo), which library
versions its objects carry, and how many raw bytes joblib wrote between two opcodes.
Source: CPython's `pickletools`; joblib 1.6, `joblib/numpy_pickle.py`, `NumpyArrayWrapper`.
"""

import io
import math
import pickletools
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

LONG = 4096  # bytes; longer arguments are skipped, their ends kept
LINE = 1024 * 1024  # bytes; the longest text argument of protocol 0
MOST_NAMES = 2_000
SWEEP = 8 * 1024 * 1024  # bytes searched for names where opcodes are too many to be followed

RECORDED = {
    "_sklearn_version": "scikit-learn",
    "_imblearn_version": "imbalanced-learn",
    "pytorch-lightning_version": "pytorch-lightning",
    "transformers_version": "transformers",
    "xgboost_version": "xgboost",
    "lightgbm_version": "lightgbm",
    "torch_version": "torch",
    "keras_version": "keras",
    "numpy_version": "numpy",
    "pandas_version": "pandas",
    "__torch_version__": "torch",
}
"""Attributes in which libraries record their own version, and the distribution that each speaks of."""

_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*\Z")
_NAME = re.compile(r"[A-Za-z_][\w.]{0,199}\Z")
_QUALIFIED = re.compile(r"[A-Za-z_<][\w.<>]{0,199}\Z")
_XGBOOST = re.compile(rb'"version":\[(\d+),(\d+),(\d+)\]|version\[#L.{7}\x03i(.)i(.)i(.)', re.DOTALL)
_SWEEP_VERSION = re.compile(rb"(_sklearn_version)(?:\x94|q.|r.{4})?(?:\x8c.|X.\0\0\0)(\d+(?:\.[\w+]+)+)", re.DOTALL)
_SWEEP_GLOBAL = re.compile(rb"c([A-Za-z_][\w.]{1,200})\n([A-Za-z_]\w*)\n")
_IDENTIFIER = re.compile(rb"[A-Za-z_][\w.]*")
_ITEM_SIZE = re.compile(r"[<>=|]?([a-zA-Z?])(\d+)\Z")
_ARRAY = frozenset({"joblib.numpy_pickle.NumpyArrayWrapper", "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper"})


class Exhausted(Exception):
    """A stream has more to give, but the limit of what is read of it is reached."""


@dataclass
class Pickled:
    """What was learnt.

    `ended`: at its STOP; `cut` short by the end of the file; `garbled`, no opcodes from some place on; or `limit`, when
    there was more than is read. `names` are the full names of classes and functions, in the order of the file. A
    version may be only as exact as the file tells: `1.2` for joblib means 1.2 or newer.
    """

    ended: Literal["stop", "cut", "garbled", "limit"] = "stop"
    protocol: int | None = None
    names: dict[str, None] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    opcodes: int = 0

    @property
    def joblib(self) -> bool:
        """True when joblib wrote it."""
        return any(name.startswith(("joblib.", "sklearn.externals.joblib.")) for name in self.names)


def read_pickle(tape: "Tape", most_opcodes: int) -> Pickled:
    """Follow a pickle to its STOP, or for `most_opcodes` and then by searching for names. Bad content never raises."""
    found = Pickled()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd escapes in strings of protocol 0
            _Reader(tape, found, most_opcodes).follow()
    except _Enough:
        found.ended = "limit"
    except Exhausted:
        found.ended = "limit"
        return found
    except (ValueError, IndexError, OverflowError, EOFError, RecursionError):
        found.ended = "cut" if tape.short else "garbled"
    if found.ended != "stop":
        _sweep(tape, found)
    return found


class _Enough(Exception):
    """More opcodes than are followed."""


class _Long(bytes):
    """A long argument: passed over, but for its first and last bytes. Has the length that pickletools checks."""

    size: int

    def __len__(self) -> int:
        return self.size


class Tape:
    """A stream as `pickletools.genops` wants it. Long arguments are passed over, so that memory stays small.

    `size` is the number of bytes in the stream, None for one that can only be read forwards. `short` becomes true when
    the stream ends before something that it announced.
    """

    def __init__(self, stream: io.BufferedReader, size: int | None) -> None:
        self._stream = stream
        self._size = size
        self._read = stream.read
        self.tell = stream.tell
        self.short = False

    def read(self, size: int) -> bytes:
        """The next `size` bytes; of a long argument the first and last ones, in the guise of the whole."""
        if size <= LONG:
            data = self._read(size)
            if len(data) < size:
                self.short = True
            return data
        head = self._read(LONG // 2)
        if not self._pass(size - LONG):
            return b""
        tail = self._read(LONG // 2)
        if len(tail) < LONG // 2:
            self.short = True
            return b""
        long = _Long(head + tail)
        long.size = size
        return long

    def readline(self) -> bytes:
        """The next line with its end; one that is longer than LINE comes without."""
        line = self._stream.readline(LINE)
        if not line.endswith(b"\n") and len(line) < LINE:
            self.short = True
        return line

    def skip(self, size: int) -> None:
        """Pass over bytes that are no opcodes. Raises ValueError when the stream ends before."""
        if not self._pass(size):
            raise ValueError("raw bytes end early")

    def rest(self) -> bytes:
        """What follows, up to SWEEP bytes, and the last LONG bytes of the stream."""
        try:
            rest = self._read(SWEEP)
            if self._size is not None and self._size > (at := self.tell()):
                self._stream.seek(max(at, self._size - LONG))
                rest += self._read(LONG)
        except (Exhausted, ValueError, OSError):
            return b""
        return rest

    def _pass(self, size: int) -> bool:
        """Move on by `size` bytes; False when there are fewer."""
        if self._size is not None:
            there = self._size - self.tell() >= size
            if there:
                self._stream.seek(size, io.SEEK_CUR)
        else:
            left = size
            while left > 0 and (data := self._read(min(left, 1 << 16))):
                left -= len(data)
            there = left <= 0
        self.short = self.short or not there
        return there


class _Shadow:
    """Some value; `of` is the class or function that made it, `state` the few attributes that are of interest."""

    __slots__ = ("arguments", "of", "state")

    def __init__(self, of: str = "", arguments: object = None) -> None:
        self.of = of
        self.arguments = arguments
        self.state: dict[str, object] = {}


class _Named(str):
    """The full name of a class or function: what GLOBAL puts on the stack."""

    __slots__ = ()


_MARK = _Shadow("mark")
_NOTHING = _Shadow()
_KEPT = frozenset({"handle", "shape", "dtype", "numpy_array_alignment_bytes", *RECORDED})


class _Reader:
    """The stack machine. Tolerant: an empty stack gives shadows, since only names are wanted."""

    def __init__(self, tape: Tape, found: Pickled, most_opcodes: int) -> None:
        self.tape = tape
        self.found = found
        self.most = most_opcodes
        self.stack: list[object] = []
        self.memo: dict[int, object] = {}

    def follow(self) -> None:
        """Read opcodes until STOP. Raises what pickletools raises, and _Enough."""
        found, stack, memo = self.found, self.stack, self.memo
        act = self._ACTIONS
        for opcode, value, _ in pickletools.genops(self.tape):  # type: ignore[arg-type]
            argument: Any = value
            found.opcodes += 1
            if found.opcodes > self.most:
                raise _Enough
            name = opcode.name
            if name == "MEMOIZE":
                memo[len(memo)] = stack[-1] if stack else _NOTHING
            elif name in _CONSTANTS:
                stack.append(argument)
            elif name in _GET:
                stack.append(memo.get(argument, _NOTHING))
            elif name in _PUT:
                memo[argument] = stack[-1] if stack else _NOTHING
            elif name in _FRESH:
                stack.append(_Shadow())
            elif action := act.get(name):
                action(self, argument)
            elif name == "PROTO":
                found.protocol = max(argument, found.protocol or 0)

    def pop(self) -> object:
        return self.stack.pop() if self.stack else _NOTHING

    def popmark(self) -> list[object]:
        """Everything above the last mark, which goes too."""
        items: list[object] = []
        while self.stack:
            item = self.stack.pop()
            if item is _MARK:
                break
            items.append(item)
        items.reverse()
        return items

    def mark(self, _: object) -> None:
        self.stack.append(_MARK)

    def drop(self, _: object) -> None:
        self.pop()

    def drop_to_mark(self, _: object) -> None:
        self.popmark()

    def double(self, _: object) -> None:
        self.stack.append(self.stack[-1] if self.stack else _NOTHING)

    def literal(self, value: object) -> None:
        self.stack.append(value)

    def fixed(self, size: int) -> None:
        items = [self.pop() for _ in range(size)]
        self.stack.append(tuple(reversed(items)))

    def tuple_(self, _: object) -> None:
        self.stack.append(tuple(self.popmark()))

    def collect(self, _: object) -> None:
        self.popmark()
        self.stack.append(_Shadow())

    def dict_(self, _: object) -> None:
        items = self.popmark()
        made = _Shadow()
        self._keep(made, items)
        self.stack.append(made)

    def setitem(self, _: object) -> None:
        value, key = self.pop(), self.pop()
        self._keep(self.stack[-1] if self.stack else _NOTHING, [key, value])

    def setitems(self, _: object) -> None:
        items = self.popmark()
        self._keep(self.stack[-1] if self.stack else _NOTHING, items)

    def _keep(self, holder: object, items: Sequence[object]) -> None:
        for key, value in zip(items[::2], items[1::2], strict=False):
            if isinstance(key, str) and key in _KEPT:
                if isinstance(holder, _Shadow) and holder is not _NOTHING:
                    holder.state[key] = value
                if key in RECORDED and isinstance(value, str) and _VERSION.match(value):
                    self.found.versions.setdefault(RECORDED[key], value)
                elif key == "handle" and isinstance(value, bytes) and (version := xgboost_version(value[-300:])):
                    self.found.versions.setdefault("xgboost", version)

    def name(self, module: object, qualified: object) -> _Named:
        """Note one name that the pickle refers to."""
        if not (isinstance(module, str) and isinstance(qualified, str)):
            return _Named("")
        full = _Named(f"{module}.{qualified}")
        if _NAME.match(module) and _QUALIFIED.match(qualified) and len(self.found.names) < MOST_NAMES:
            self.found.names.setdefault(full)
        return full

    def global_(self, argument: str) -> None:
        module, _, qualified = argument.partition(" ")
        self.stack.append(self.name(module, qualified))

    def stack_global(self, _: object) -> None:
        qualified, module = self.pop(), self.pop()
        self.stack.append(self.name(module, qualified))

    def inst(self, argument: str) -> None:
        module, _, qualified = argument.partition(" ")
        of = self.name(module, qualified)
        self.stack.append(_Shadow(of, tuple(self.popmark())))

    def obj(self, _: object) -> None:
        items = self.popmark()
        of = items[0] if items else ""
        self.stack.append(_Shadow(of if isinstance(of, _Named) else "", tuple(items[1:])))

    def make(self, _: object) -> None:
        """REDUCE and NEWOBJ: a callable and its arguments."""
        arguments, of = self.pop(), self.pop()
        if of in _BUFFERS:
            self.stack.append(arguments[0] if isinstance(arguments, tuple) and arguments else _NOTHING)
            return
        if of in _REBUILD and isinstance(arguments, tuple) and arguments and isinstance(arguments[0], _Named):
            self.stack.append(_Shadow(arguments[0]))
            return
        self.stack.append(_Shadow(of if isinstance(of, _Named) else "", arguments))

    def make_with_keywords(self, _: object) -> None:
        self.pop()
        self.make(_)

    def build(self, _: object) -> None:
        state = self.pop()
        target = self.stack[-1] if self.stack else _NOTHING
        if isinstance(target, _Shadow) and target.of in _ARRAY and isinstance(state, _Shadow):
            self._pass_array(state.state)

    def persistent(self, _: object) -> None:
        self.stack.append(_NOTHING)

    def binary_persistent(self, _: object) -> None:
        self.pop()
        self.stack.append(_NOTHING)

    def _pass_array(self, state: Mapping[str, object]) -> None:
        """Pass over the raw bytes that joblib writes after an array's description."""
        shape, dtype = state.get("shape"), state.get("dtype")
        code = dtype.arguments[0] if isinstance(dtype, _Shadow) and isinstance(dtype.arguments, tuple) else None
        if not isinstance(shape, tuple) or not all(isinstance(n, int) for n in shape):
            raise ValueError("an array of unknown shape")
        if code in {"O8", "O4", "O", "|O"}:
            inner = _Reader(self.tape, self.found, self.most)
            inner.follow()
            return
        item = _ITEM_SIZE.match(code) if isinstance(code, str) else None
        if item is None:
            raise ValueError("an array of unknown item size")
        if isinstance(state.get("numpy_array_alignment_bytes"), int):
            self.found.versions.setdefault("joblib", "1.2")  # the version that began to align arrays
            padding = self.tape.read(1)
            if padding != b"\xff" and padding:
                self.tape.skip(padding[0])
        width = int(item[2]) * (4 if item[1] == "U" else 1)
        self.tape.skip(math.prod(shape) * width)

    _ACTIONS: ClassVar[dict[str, Callable[["_Reader", Any], None]]] = {
        "MARK": mark,
        "POP": drop,
        "POP_MARK": drop_to_mark,
        "DUP": double,
        "NONE": lambda self, _: self.stack.append(None),
        "NEWTRUE": lambda self, _: self.stack.append(True),
        "NEWFALSE": lambda self, _: self.stack.append(False),
        "EMPTY_TUPLE": lambda self, _: self.stack.append(()),
        "TUPLE1": lambda self, _: self.fixed(1),
        "TUPLE2": lambda self, _: self.fixed(2),
        "TUPLE3": lambda self, _: self.fixed(3),
        "TUPLE": tuple_,
        "LIST": collect,
        "FROZENSET": collect,
        "APPEND": drop,
        "APPENDS": drop_to_mark,
        "ADDITEMS": drop_to_mark,
        "DICT": dict_,
        "SETITEM": setitem,
        "SETITEMS": setitems,
        "GLOBAL": global_,
        "STACK_GLOBAL": stack_global,
        "INST": inst,
        "OBJ": obj,
        "NEWOBJ": make,
        "NEWOBJ_EX": make_with_keywords,
        "REDUCE": make,
        "BUILD": build,
        "PERSID": persistent,
        "BINPERSID": binary_persistent,
    }


_CONSTANTS = frozenset(
    opcode.name
    for opcode in pickletools.opcodes
    if opcode.arg is not None
    and not opcode.stack_before
    and len(opcode.stack_after) == 1
    and opcode.name not in {"GLOBAL", "INST", "PERSID", "GET", "BINGET", "LONG_BINGET", "EXT1", "EXT2", "EXT4"}
)
_GET = frozenset({"GET", "BINGET", "LONG_BINGET"})
_PUT = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_FRESH = frozenset({"EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET", "EXT1", "EXT2", "EXT4", "NEXT_BUFFER"})
_BUFFERS = frozenset({"builtins.bytearray", "__builtin__.bytearray"})
_REBUILD = frozenset({"copyreg._reconstructor", "copy_reg._reconstructor"})


def xgboost_version(tail: bytes) -> str | None:
    """The version at the end of an XGBoost buffer or model file, JSON or UBJSON."""
    matches = list(_XGBOOST.finditer(tail))
    if not matches:
        return None
    last = matches[-1]
    if last[1]:
        return b".".join(last.group(1, 2, 3)).decode()
    return ".".join(str(part[0]) for part in last.group(4, 5, 6))


def _sweep(tape: Tape, found: Pickled) -> None:
    """Search what was not followed, for names and versions that stand there in full."""
    rest = tape.rest()
    for match in _SWEEP_VERSION.finditer(rest):
        found.versions.setdefault(RECORDED[match[1].decode()], match[2].decode())
    names = [(m[1], m[2]) for m in _SWEEP_GLOBAL.finditer(rest)]
    names += _stack_globals(rest)
    for module, qualified in names[: MOST_NAMES - len(found.names)]:
        found.names.setdefault(f"{module.decode()}.{qualified.decode()}")


def _stack_globals(data: bytes) -> list[tuple[bytes, bytes]]:
    """Module and name before each STACK_GLOBAL, where both stand there as short strings and not in the memo."""
    found: list[tuple[bytes, bytes]] = []
    at = data.find(b"\x93")
    while at >= 0:
        end, parts = at, []
        for _ in range(2):
            end -= data[end - 1 : end] == b"\x94"  # MEMOIZE
            start = data.rfind(b"\x8c", max(0, end - 257), end)  # SHORT_BINUNICODE: a length, then the text
            text = data[start + 2 : end] if start >= 0 else b""
            if not text or data[start + 1] != len(text) or not _IDENTIFIER.fullmatch(text):
                break
            parts.append(text)
            end = start
        if len(parts) == 2:
            found.append((parts[1], parts[0]))
        at = data.find(b"\x93", at + 1)
    return found
