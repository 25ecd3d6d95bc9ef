"""What the service takes in a request body, from whoever knows it best: the probe, the script's code, a document."""

import ast
from dataclasses import dataclass, replace
from typing import Literal

from checks.contract.contracts import contracts
from checks.contract.read_keys import read_body
from checks.contract.records import Interface, ParameterType, Schema
from checks.entry_script.calls import call_name, last
from checks.entry_script.module import Module, parse
from checks.entry_script.payload import sampled_parameters
from checks.evidence import Evidence, Probe, Script
from checks.finding import Quote

_OPENERS = {
    "PIL.Image.open": "an image",
    "cv2.imdecode": "an image",
    "imageio.imread": "an image",
    "imageio.v2.imread": "an image",
    "imageio.v3.imread": "an image",
    "skimage.io.imread": "an image",
    "matplotlib.image.imread": "an image",
    "tensorflow.image.decode_image": "an image",
    "tensorflow.image.decode_jpeg": "an image",
    "tensorflow.image.decode_png": "an image",
    "tensorflow.io.decode_image": "an image",
    "tensorflow.io.decode_jpeg": "an image",
    "tensorflow.io.decode_png": "an image",
    "torchvision.io.decode_image": "an image",
    "torchvision.io.decode_jpeg": "an image",
    "fastai.vision.core.PILImage.create": "an image",
    "pydicom.dcmread": "an image",
    "soundfile.read": "a recording",
    "librosa.load": "a recording",
    "torchaudio.load": "a recording",
    "wave.open": "a recording",
    "scipy.io.wavfile.read": "a recording",
    "pandas.read_parquet": "a Parquet file",
    "pyarrow.parquet.read_table": "a Parquet file",
    "pandas.read_excel": "an Excel file",
    "openpyxl.load_workbook": "an Excel file",
}
_LENIENT = frozenset(
    {"read_csv", "read_table", "literal_eval", "eval", "safe_load", "genfromtxt", "loadtxt", "fromstring", "reader"}
    | {"DictReader", "parse_qs", "parse_qsl", "json5", "hjson", "read_xml", "repair_json", "decompress", "read_fwf"}
)
_JSON = frozenset({"loads", "get_json", "read_json", "decode", "load"})
_UNZIPS = frozenset({"decompress", "GzipFile", "decompressobj"})


@dataclass(frozen=True)
class Key:
    """A key of the outermost object. `shape`: rows, table (rows or records: a frame may be made of it), records, split,
    list, object, text, number, base64, or None where nobody knows; `columns` are those of a table, `inner` the keys of
    an object.
    """

    name: str
    required: bool = True
    shape: str | None = None
    columns: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What a body must be. `by` tells who knows it.

    `json`: it is parsed as JSON; None where the code does not tell. `form` is the kind of the outermost value. `whole`:
    no other keys are read. `opens` names the function that run() gives the bytes to, and `holds` what that reads.
    `decodes`: base64 is decoded, without a look at a prefix. `unzips`: compressed bodies are read.
    """

    by: Literal["decorator", "code", "raw", "document", "nobody"]
    source: str = ""
    json: bool | None = None
    form: Literal["object", "list"] | None = None
    keys: tuple[Key, ...] = ()
    whole: bool = False
    opens: str = ""
    holds: str = ""
    decodes: bool = False
    unzips: bool = False
    quotes: tuple[Quote, ...] = ()

    @property
    def required(self) -> tuple[Key, ...]:
        """The keys that must be there."""
        return tuple(key for key in self.keys if key.required)

    @property
    def who(self) -> str:
        """Who takes the body, in words."""
        return "the document" if self.by == "document" else "run()"


_remembered: list[tuple[Evidence, Wanted | None]] = []


def wanted(evidence: Evidence) -> Wanted | None:
    """What the body must be; None where none is taken: a batch script is given files."""
    for known, answer in _remembered:
        if known is evidence:
            return answer
    answer = _wanted(evidence)
    _remembered[:] = [(evidence, answer)]
    return answer


def _wanted(evidence: Evidence) -> Wanted | None:
    probe = evidence.probe if isinstance(evidence.probe, Probe) else None
    script = evidence.script if isinstance(evidence.script, Script) else None
    module = parse(script.text) if script else None
    if (probe and probe.is_batch) or (module and module.is_batch):
        return None
    if module and module.tree is None:
        module = None
    interface = probe.interface if probe else None
    kind = interface.kind if interface else None
    if interface and kind == "schema":
        return _declared(interface, script, module)
    if script and module and kind in (None, "schema") and module.is_schema and module.run:
        return _decorated(script, module)
    if script and module and (kind == "rawhttp" or module.is_raw):
        return _raw(script, module)
    documented = next((one for one in contracts(evidence) if one.input), None)
    if script and module and module.run:
        read = _read(script, module)
        if read.json is not None or read.opens or documented is None:
            return read
    return _documented(documented.source, documented.input) if documented and documented.input else Wanted("nobody")


def _declared(interface: Interface, script: Script | None, module: Module | None) -> Wanted:
    names = interface.parameters
    keys = tuple(_of_type(one.name, one.type, one.required) for one in names if one.name != "request_headers")
    base64 = any(one.type and one.type.python in ("bytes", "bytearray") for one in names)
    return Wanted(
        by="decorator",
        source=script.path if script else "",
        json=True,
        form="object",
        keys=keys,
        whole=True,
        decodes=base64 or bool(module and _decodes(module)),
        quotes=_run_quote(script, module),
    )


def _of_type(name: str, kind: ParameterType | None, required: bool) -> Key:
    if kind is None:
        return Key(name, required)
    columns = tuple(column for column, _ in kind.columns)
    if kind.kind == "numpy":
        return Key(name, required, "rows" if kind.shape and len(kind.shape) > 1 and not kind.fields else "list")
    if kind.kind in ("pandas", "spark"):
        shape = {"records": "records", "split": "split", "values": "rows", None: "records"}.get(kind.orient)
        return Key(name, required, shape, columns)
    shapes = {"list": "list", "tuple": "list", "dict": "object", "str": "text", "bytes": "base64"}
    numbers = dict.fromkeys(("int", "float"), "number")
    return Key(name, required, {**shapes, **numbers}.get(kind.python or ""), inner=tuple(kind.inner))


def _decorated(script: Script, module: Module) -> Wanted:
    assert module.run
    given = module.run.args
    sorts = {one.name: one.sort for one in sampled_parameters(module)}
    free = len(given.args) - len(given.defaults)
    names = [(arg.arg, place < free) for place, arg in enumerate(given.args)]
    names += [(arg.arg, default is None) for arg, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    shapes = {"array": "rows", "frame": "records", "text": "text"}
    return Wanted(
        by="decorator",
        source=script.path,
        json=True,
        form="object",
        keys=tuple(
            Key(name, required, shapes.get(sorts.get(name, "")))
            for name, required in names
            if name != "request_headers"
        ),
        whole=True,
        decodes=_decodes(module),
        quotes=_run_quote(script, module),
    )


def _raw(script: Script, module: Module) -> Wanted:
    called = _called(module)
    opener = next((name for name in called if name in _OPENERS), "")
    parses = bool({last(name) for name in called} & {"loads", "get_json"}) or _reads_attribute(module, "json")
    files = _reads_attribute(module, "files") or _reads_attribute(module, "form")
    return Wanted(
        by="raw",
        source=script.path,
        json=True if parses and not opener and not files and not _lenient(called) else None,
        opens="" if parses or files else opener,
        holds=_OPENERS.get(opener, ""),
        decodes=_decodes(module),
        unzips=bool({last(name) for name in called} & _UNZIPS),
        quotes=_call_quote(script, module, opener) if opener else _run_quote(script, module),
    )


def _read(script: Script, module: Module) -> Wanted:
    """What the code of an undecorated run() tells."""
    called = _called(module)
    opener = next((name for name in called if name in _OPENERS), "")
    read = read_body(module)
    if read is None:
        return Wanted("nobody", script.path)
    parses = read.parsed and bool({last(name) for name in called} & _JSON)
    first: dict[str, Key] = {}
    for one in read.keys:
        if not one.path or one.path[0] == "*":
            continue
        name, below = one.path[0], one.path[1:2] if one.path[1:2] != ("*",) else ()
        known = first.get(name, Key(name, one.required, "object" if below else None, line=one.line))
        if len(one.path) == 1:
            shape = "table" if one.shape == "rows" else one.shape
            first[name] = Key(name, one.required, shape, inner=known.inner, line=one.line)
        elif below:
            first[name] = replace(known, shape=known.shape or "object", inner=(*known.inner, *below))
    keys = tuple(first.values())
    line = next((key.line for key in keys if key.required), None)
    form = read.form if read.form in ("object", "list") else None
    quotes = (module.quote(script.path, line),) if line else _run_quote(script, module)
    if opener and not parses:
        quotes = _call_quote(script, module, opener)
    return Wanted(
        by="code",
        source=script.path,
        json=True if parses and not _lenient(called) else None,
        form="object" if form == "object" else "list" if form == "list" else None,
        keys=keys if form != "list" else (),
        whole=read.whole,
        opens="" if parses or _has_base64(called) else opener,
        holds=_OPENERS.get(opener, ""),
        decodes=_decodes(module),
        quotes=quotes,
    )


def _documented(source: str, schema: Schema) -> Wanted:
    kind = schema.get("type")
    properties = schema.get("properties")
    required = schema.get("required")
    names = set(required) if isinstance(required, list) else set()
    keys: tuple[Key, ...] = ()
    if isinstance(properties, dict):
        keys = tuple(
            Key(
                str(name),
                name in names or (not names and len(properties) == 1),
                _shape_of(one),
                _columns_of(one),
                _inner_of(one),
            )
            for name, one in list(properties.items())[:200]
        )
    return Wanted(
        by="document",
        source=source,
        json=True,
        form="list" if kind == "array" else "object" if kind == "object" or keys else None,
        keys=keys,
        whole=True,
        quotes=(Quote(source=source, text=f"the request has {', '.join(f'`{k.name}`' for k in keys[:8])}"),)
        if keys
        else (),
    )


def _shape_of(schema: object) -> str | None:
    if not isinstance(schema, dict):
        return None
    kind, items = schema.get("type"), schema.get("items")
    if kind == "array":
        inner = items.get("type") if isinstance(items, dict) else None
        return {"array": "rows", "object": "records", None: None}.get(inner, "list")
    if kind == "object":
        names = schema.get("properties")
        return "split" if isinstance(names, dict) and {"columns", "data"} <= set(names) else "object"
    return {"string": "text", "number": "number", "integer": "number"}.get(kind) if isinstance(kind, str) else None


def _columns_of(schema: object) -> tuple[str, ...]:
    items = schema.get("items") if isinstance(schema, dict) else None
    names = items.get("properties") if isinstance(items, dict) else None
    return tuple(map(str, names)) if isinstance(names, dict) else ()


def _inner_of(schema: object) -> tuple[str, ...]:
    names = schema.get("properties") if isinstance(schema, dict) else None
    return tuple(map(str, names)) if isinstance(names, dict) else ()


def _run_quote(script: Script | None, module: Module | None) -> tuple[Quote, ...]:
    return (module.quote(script.path, module.run),) if script and module and module.run else ()


def _call_quote(script: Script, module: Module, name: str) -> tuple[Quote, ...]:
    for call in module.all(ast.Call):
        if call_name(module, call) == name:
            return (module.quote(script.path, call),)
    return _run_quote(script, module)


def _called(module: Module) -> list[str]:
    """Full names of what run(), and what it calls of the script, calls."""
    functions = [module.functions[name] for name in sorted(module.reachable.get("run", frozenset()))]
    inside = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call_name(module, call) or "" for call in inside]


def _lenient(called: list[str]) -> bool:
    return any(last(name) in _LENIENT for name in called)


def _has_base64(called: list[str]) -> bool:
    return any("b64decode" in name or "decode_base64" in name for name in called)


def _decodes(module: Module) -> bool:
    """True when base64 is decoded and nothing in the script takes a prefix off."""
    prefix = any(
        isinstance(node.value, str) and ("base64," in node.value or node.value.startswith("data:") or node.value == ",")
        for node in module.all(ast.Constant)
    )
    return _has_base64(_called(module)) and not prefix


def _reads_attribute(module: Module, name: str) -> bool:
    return any(node.attr == name for node in module.all(ast.Attribute) if isinstance(node.ctx, ast.Load))
