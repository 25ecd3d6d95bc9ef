"""Follows the request body through the code of run(): what is parsed, which parts are read, and where it is lost."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from checks.entry_script.calls import call_name, keyword, last, text_of
from checks.entry_script.module import Function, Module
from checks.entry_script.scopes import scopes

Path = tuple[str, ...]

_PARSERS = frozenset({"loads", "literal_eval", "eval", "decode_json", "safe_load"})
_TEXT_KEPT = frozenset({"StringIO", "BytesIO", "str", "bytes", "decode", "encode", "strip", "lstrip", "rstrip"})
_HARMLESS = frozenset(
    {"print", "len", "type", "isinstance", "hasattr", "repr", "str", "dumps", "info", "debug", "warning", "error"}
    | {"exception", "log", "bool", "id", "write", "pprint", "sizeof", "getsizeof", "keys", "callable"}
)
_ARRAYS = frozenset({"array", "asarray", "asanyarray", "tensor", "as_tensor", "FloatTensor", "DMatrix", "from_numpy"})
_FRAMES = frozenset({"DataFrame", "from_dict", "from_records"})
_MODELS = frozenset({"predict", "predict_proba", "transform", "decision_function", "score_samples", "fit_transform"})
_KEPT_FRAME = frozenset(
    {"copy", "fillna", "dropna", "astype", "reset_index", "head", "to_numpy", "reindex", "convert_dtypes", "squeeze"}
    | {"rename", "replace", "sort_index", "drop_duplicates", "reshape", "drop", "filter"}
)
_OF_TEXT = frozenset({"lower", "upper", "strip", "split", "replace", "startswith", "endswith", "encode", "splitlines"})
_NUMBERS = frozenset({"int", "float", "round", "abs"})
_LISTS = frozenset({"list", "sorted", "enumerate", "tuple", "reversed", "zip", "iter", "tqdm"})
_BROAD = frozenset({"Exception", "BaseException"})
_MISSING = frozenset({"KeyError", "LookupError", "IndexError"})
_MOST_STEPS = 20_000


@dataclass(frozen=True)
class Seen:
    """What a name may hold: the body as text, a part of the parsed body, a table made of one, or names of keys.

    `optional`: the part may be absent (`.get`), so what is read of it is not required.
    """

    kind: str
    path: Path = ()
    optional: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """One reading of a key."""

    path: Path
    required: bool
    line: int
    sure: bool


Values = tuple[Seen, ...]
Env = dict[str, Values]


@dataclass
class Reader:
    """Walks the statements of run() and of the script's own functions that it gives the body to."""

    module: Module
    reads: list[Read] = field(default_factory=list)
    shapes: dict[Path, str] = field(default_factory=dict)
    written: set[Path] = field(default_factory=set)
    parsed: bool = False
    escaped: bool = False
    disputed: bool = False
    _conditional: int = 0
    _steps: int = 0
    _entered: list[Function] = field(default_factory=list)
    _returned: list[Values] = field(default_factory=list)
    _unpacked: tuple[Values, ...] = ()  # of the function that was left last: what its one `return a, b` gives

    def enter_run(self, run: Function, name: str) -> None:
        """Start with the text of the body in the parameter."""
        self._returned.append(())
        self._entered.append(run)
        self._block(run.body, {name: (Seen("text"),)})
        self._lose(self._returned.pop())

    # statements

    def _block(self, body: Iterable[ast.stmt], env: Env) -> None:
        added = 0
        for statement in body:
            if isinstance(statement, ast.If):
                if self._if(statement, env) and _leaves(statement.body):
                    self._conditional += 1  # what follows is read only where the first way was not taken
                    added += 1
            else:
                self._statement(statement, env)
        self._conditional -= added

    def _statement(self, node: ast.stmt, env: Env) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            self.escaped = True
            return
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value, env)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._assign(node.target, node.value, env)
        elif isinstance(node, ast.AugAssign):
            self._value(node.value, env)
            self._value(node.target, env)
        elif isinstance(node, ast.Return):
            value = self._value(node.value, env) if node.value is not None else ()
            self._returned[-1] = (*self._returned[-1], *value)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._for(node, env)
        elif isinstance(node, ast.While):
            self._value(node.test, env)
            self._under_condition(node.body, env)
            self._block(node.orelse, env)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                value = self._value(item.context_expr, env)
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, value, env)
            self._block(node.body, env)
        elif isinstance(node, ast.Try | ast.TryStar):
            self._try(node, env)
        elif isinstance(node, ast.Match):
            self._lose(self._value(node.subject, env))
            for case in node.cases:
                self._under_condition(case.body, dict(env))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if any(isinstance(n, ast.Name) and env.get(n.id) for n in ast.walk(node)):
                self._lose(tuple(one for n in ast.walk(node) if isinstance(n, ast.Name) for one in env.get(n.id, ())))
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    env.pop(target.id, None)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self._value(child, env)

    def _if(self, node: ast.If, env: Env) -> bool:
        """True when the first way reads something that is not read otherwise."""
        self._value(node.test, env)
        begin = len(self.reads)
        before, one, other = dict(env), dict(env), dict(env)
        if self._asks_for_text(node.test, env):  # the server passes text, so this is the way it goes
            self._block(node.body, env)
            return False
        self._under_condition(node.body, one)
        first = len(self.reads) > begin
        self._under_condition(node.orelse, other)
        ways = [way for way, body in ((one, node.body), (other, node.orelse)) if not _leaves(body)] or [before]
        env.clear()
        for way in ways:
            for name, values in way.items():
                env[name] = tuple(dict.fromkeys((*env.get(name, ()), *values)))
        return first

    def _for(self, node: ast.For | ast.AsyncFor, env: Env) -> None:
        self._bind(node.target, self._items(node.iter, env), env)
        self._block(node.body, env)
        self._block(node.orelse, env)

    def _try(self, node: "ast.Try | ast.TryStar", env: Env) -> None:
        begin = len(self.reads)
        self._block(node.body, env)
        if any(_makes_up(handler, env) for handler in node.handlers):
            self.reads[begin:] = [replace(read, required=False) for read in self.reads[begin:]]
        for handler in node.handlers:
            self._under_condition(handler.body, env)
        self._block(node.orelse, env)
        self._block(node.finalbody, env)

    def _under_condition(self, body: Iterable[ast.stmt], env: Env) -> None:
        self._conditional += 1
        self._block(body, env)
        self._conditional -= 1

    def _assign(self, target: ast.expr, value: ast.expr, env: Env) -> None:
        several = (ast.Tuple, ast.List)
        if isinstance(target, several) and isinstance(value, several) and len(target.elts) == len(value.elts):
            given = [self._value(one, env) for one in value.elts]
            for one, values in zip(target.elts, given, strict=True):
                self._bind(one, values, env)
            return
        self._unpacked = ()
        held = self._value(value, env)
        if isinstance(target, several) and isinstance(value, ast.Call) and len(self._unpacked) == len(target.elts):
            for one, values in zip(target.elts, self._unpacked, strict=True):
                self._bind(one, values, env)
            return
        self._bind(target, held, env)

    def _bind(self, target: ast.expr, values: Values, env: Env) -> None:
        if isinstance(target, ast.Name):
            env[target.id] = values
        elif isinstance(target, ast.Tuple | ast.List):
            for one in target.elts:
                self._bind(one, (), env)
        elif isinstance(target, ast.Subscript):
            name = text_of(target.slice)
            for held in self._value(target.value, env):
                if name is not None and held.kind in ("part", "table"):
                    self.written.add(self._below(held, name))
            self._value(target.slice, env)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, (), env)

    # expressions

    def _value(self, node: ast.expr, env: Env) -> Values:
        """What an expression may hold; what it reads is noted."""
        self._steps += 1
        if isinstance(node, ast.Name):
            return env[node.id] if node.id in env else self._constant(node)
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, env)
        if isinstance(node, ast.Call):
            return self._call(node, env)
        if isinstance(node, ast.NamedExpr):
            value = self._value(node.value, env)
            self._bind(node.target, value, env)
            return value
        if isinstance(node, ast.BoolOp):
            held = self._value(node.values[0], env)
            self._conditional += 1
            for one in node.values[1:]:
                held = (*held, *self._value(one, env))
            self._conditional -= 1
            return held
        if isinstance(node, ast.IfExp):
            self._value(node.test, env)
            self._conditional += 1
            held = (*self._value(node.body, env), *self._value(node.orelse, env))
            self._conditional -= 1
            return held
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            return self._comprehension(node, env)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, env)
        if isinstance(node, ast.Compare):
            return self._compare(node, env)
        if isinstance(node, ast.Await | ast.Starred):
            return self._value(node.value, env)
        if isinstance(node, ast.Dict):
            self._dict(node, env)
            return ()
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            names = self._constant(node)
            given = [self._value(one, env) for one in node.elts]
            for values in given:
                self._lose(values)
            return names or tuple(one for values in given for one in values if one.kind == "table")
        if isinstance(node, ast.Lambda):
            inside = {n.id for n in ast.walk(node.body) if isinstance(n, ast.Name)}
            self._lose(tuple(one for name in inside for one in env.get(name, ())))
            return ()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._value(child, env)
        return ()

    def _dict(self, node: ast.Dict, env: Env) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                self._value(key, env)
            self._lose(self._value(value, env))

    def _constant(self, node: ast.expr) -> Values:
        """Names of keys: a literal list of texts, or a module-level name that holds one."""
        if isinstance(node, ast.Name):
            stores = scopes(self.module).bound[None].get(node.id, [])
            above = self.module.parent(stores[0]) if len(stores) == 1 else None
            if not isinstance(above, ast.Assign | ast.AnnAssign) or above.value is None:
                return ()
            node = above.value
        if isinstance(node, ast.List | ast.Tuple | ast.Set) and node.elts:
            names = [text_of(one) for one in node.elts]
            if all(name is not None for name in names):
                return (Seen("names", names=tuple(name for name in names if name is not None)),)
        if (name := text_of(node)) is not None:
            return (Seen("names", names=(name,)),)
        return ()

    def _subscript(self, node: ast.Subscript, env: Env) -> Values:
        held = self._value(node.value, env)
        if not held:
            self._value(node.slice, env)
            return ()
        index = node.slice
        name = text_of(index)
        named = (Seen("names", names=(name,)),) if name is not None else self._value(index, env)
        names = tuple(dict.fromkeys(name for one in named if one.kind == "names" for name in one.names))
        found: list[Seen] = []
        for one in held:
            if one.kind == "part":
                found += self._of_part(one, index, names, node)
            elif one.kind == "table":
                if names:
                    for name in names:
                        self._read(one, name, node, required=True)
                    found.append(one)
                elif not isinstance(index, ast.Constant | ast.Slice):
                    found.append(one)
        return tuple(found)

    def _of_part(self, one: Seen, index: ast.expr, names: tuple[str, ...], node: ast.expr) -> list[Seen]:
        if names:
            return [self._read(one, name, node, required=True) for name in names]
        if isinstance(index, ast.Constant) and isinstance(index.value, int):
            self._use(one.path, "list")
            return [replace(one, path=(*one.path, "*"))]
        if isinstance(index, ast.UnaryOp):
            self._use(one.path, "list")
            return [replace(one, path=(*one.path, "*"))]
        if isinstance(index, ast.Slice):
            return [one]
        self._lose((one,))
        return []

    def _read(self, held: Seen, name: str, node: ast.AST, *, required: bool) -> Seen:
        path = self._below(held, name)
        sure = held.kind == "part" and len(self._entered) <= 2
        needed = required and not held.optional and not self._conditional and path not in self.written
        self.reads.append(Read(path, needed, getattr(node, "lineno", 1), sure))
        if held.kind == "part":
            self._use(held.path, "object")
        return Seen("part" if held.kind == "part" else "cell", path, optional=held.optional or not required)

    @staticmethod
    def _below(held: Seen, name: str) -> Path:
        return (*held.path, name) if held.kind == "part" else (*held.path, "*", name)

    def _attribute(self, node: ast.Attribute, env: Env) -> Values:
        held = self._value(node.value, env)
        if node.attr in ("values", "T", "loc", "iloc", "at"):
            return tuple(one for one in held if one.kind == "table")
        return ()

    def _compare(self, node: ast.Compare, env: Env) -> Values:
        name = text_of(node.left)
        left = (Seen("names", names=(name,)),) if name is not None else self._value(node.left, env)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            held = self._value(right, env)
            if isinstance(operator, ast.In | ast.NotIn):
                for one in held:
                    for key in (key for given in left for key in given.names if one.kind == "part"):
                        self._read(one, key, node, required=False)
        return ()

    def _comprehension(self, node: "ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp", env: Env) -> Values:
        inner = dict(env)
        for generator in node.generators:
            self._bind(generator.target, self._items(generator.iter, inner), inner)
            for test in generator.ifs:
                self._value(test, inner)
        if isinstance(node, ast.DictComp):
            self._value(node.key, inner)
            self._lose(self._value(node.value, inner))
        else:
            self._lose(self._value(node.elt, inner))
        return ()

    def _items(self, node: ast.expr, env: Env) -> Values:
        """What a loop over an expression gives, one at a time."""
        found: list[Seen] = []
        for one in self._value(node, env):
            if one.kind == "part":
                self._use(one.path, "list")
                found.append(replace(one, path=(*one.path, "*")))
            elif one.kind in ("names", "table"):
                found.append(one)
        return tuple(found)

    # calls

    def _call(self, node: ast.Call, env: Env) -> Values:
        name = call_name(self.module, node)
        short = last(name) if name else ""
        target = self._own(node)
        if isinstance(node.func, ast.Attribute):
            held = self._value(node.func.value, env)
            if any(one.kind != "names" for one in held):
                return self._method(node, node.func.attr, held, env)
        if short in ("isinstance", "type") and any(
            one.kind == "part" and not one.path for one in self._first(node, env)
        ):
            self.disputed = True  # it takes more than one form
        given = [self._value(one, env) for one in node.args]
        named = [(one.arg, self._value(one.value, env)) for one in node.keywords]
        everything = [*given, *(values for _, values in named)]
        for values in (values for arg, values in named if arg is None):
            if self._spread(node, values):
                return ()
        if target is not None:
            return self._enter(target, given, named)
        if short == "itemgetter":
            return ()
        if isinstance(node.func, ast.Call) and last(call_name(self.module, node.func)) == "itemgetter" and given:
            keys = [text_of(one) for one in node.func.args]
            return tuple(
                self._read(one, key, node, required=True)
                for one in given[0] if one.kind == "part" for key in keys if key is not None
            )  # fmt: skip
        first = given[0] if given else next((values for values in everything if values), ())
        return self._known(node, name, short, first, everything)

    def _known(self, node: ast.Call, name: str, short: str, first: Values, everything: list[Values]) -> Values:
        if short in _PARSERS or (short == "decode" and "JSONDecoder" in ast.unparse(node.func)):
            return self._parse(first)
        if name.endswith("read_json"):
            return self._table_of(node, first)
        if short in _TEXT_KEPT and any(one.kind == "text" for one in first):
            return first
        if short in _FRAMES or short in _ARRAYS:
            for one in first:
                if one.kind == "part" and short in _ARRAYS:
                    self._use(one.path, "list" if not one.path else "rows")
                elif one.kind == "part" and one.path:
                    self._use(one.path, "rows")
            self._drop_root(first, short in _FRAMES)
            made = self._tables(first) if short in _FRAMES else ()
            return made or tuple(replace(one, kind="cell") for one in first if one.kind == "part")
        if short == "json_normalize":
            self._lose(first)
            return ()
        if short in _LISTS:
            return first
        if short in _NUMBERS:
            self._use_all(first, "number")
        elif short in ("b64decode", "decodebytes", "standard_b64decode"):
            self._use_all(first, "base64")
        elif short in _MODELS:
            self._use_all(first, "rows")
            self._lose(first)
        elif short not in _HARMLESS:
            for values in everything:
                self._lose(values)
        return ()

    def _parse(self, values: Values) -> Values:
        found: list[Seen] = []
        for one in values:
            if one.kind == "text":
                self.parsed = True
                found.append(Seen("part"))
            elif one.kind == "part":
                if one.path:
                    self._use(one.path, "text")
                else:
                    self.escaped = True
        return tuple(found)

    def _table_of(self, node: ast.Call, values: Values) -> Values:
        """pd.read_json: its `orient` says what the body looks like."""
        if not any(one.kind == "text" for one in values):
            self._lose(values)
            return ()
        self.parsed, self.escaped = True, True
        orient = text_of(keyword(node, "orient"))
        if orient == "split":
            for name in ("columns", "data"):
                self._read(Seen("part"), name, node, required=True)
        elif orient in ("records", "values"):
            self._use((), "list")
        elif orient in ("index", "columns"):
            self._use((), "object")
        return () if orient in ("split", "table", "index", "values") else (Seen("table"),)

    def _tables(self, values: Values) -> Values:
        return tuple(replace(one, kind="table") for one in values if one.kind == "part")

    def _drop_root(self, values: Values, is_frame: bool) -> None:
        if any(one.kind == "part" and not one.path for one in values) and is_frame:
            self.escaped = True

    def _method(self, node: ast.Call, method: str, held: Values, env: Env) -> Values:
        given = [self._value(one, env) for one in (*node.args, *(one.value for one in node.keywords))]
        for values in given:
            self._lose(tuple(one for one in values if one not in held))
        key = text_of(node.args[0]) if node.args else None
        found: list[Seen] = []
        for one in held:
            if one.kind == "text":
                found += [one] if method in _TEXT_KEPT else []
                if method not in _TEXT_KEPT | _OF_TEXT | _HARMLESS:
                    self.escaped = True
            elif one.kind == "part":
                found += self._method_of_part(node, method, one, key, given)
            elif one.kind == "table":
                found += [one] if method in _KEPT_FRAME else []
        return tuple(found)

    def _method_of_part(
        self, node: ast.Call, method: str, one: Seen, key: str | None, given: list[Values]
    ) -> list[Seen]:
        names = [key] if key is not None else [name for v in given[:1] for each in v for name in each.names]
        if method in ("get", "setdefault") and names:
            return [self._read(one, name, node, required=False) for name in names]
        if method == "pop" and names:
            return [self._read(one, name, node, required=len(given) == 1) for name in names]
        if method in _OF_TEXT and one.path:
            self._use(one.path, "text")
        elif method in ("items", "values", "keys", "get", "pop", "update", "copy"):
            self._use(one.path, "object" if method != "copy" else None)
            if method == "copy":
                return [one]
            self._lose((one,))
        elif method in ("append", "extend", "insert", "sort"):
            self._use(one.path, "list")
        else:
            self._lose((one,))
        return []

    def _first(self, node: ast.Call, env: Env) -> Values:
        return self._value(node.args[0], env) if node.args else ()

    def _spread(self, node: ast.Call, values: Values) -> bool:
        """`f(**data)` of a function, data class or model of the script: its parameters are the keys."""
        parts = [one for one in values if one.kind == "part"]
        named = {one.arg for one in node.keywords if one.arg is not None}
        fields = self._fields(node)
        if not parts or not fields or node.args:
            return False
        for name, required in fields.items():
            if name not in named:
                for one in parts:
                    self._read(one, name, node, required=required)
        return True

    def _fields(self, node: ast.Call) -> dict[str, bool]:
        """What a call takes by name, and whether it must be given; nothing where more may be taken."""
        target = self._own(node)
        if target is not None:
            arguments = target.args
            if arguments.kwarg is not None:
                return {}
            plain = [*arguments.posonlyargs, *arguments.args]
            first = len(plain) - len(arguments.defaults)
            found = {one.arg: n < first for n, one in enumerate(plain)}
            keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            return found | {one.arg: default is None for one, default in keywords}
        if not isinstance(node.func, ast.Name):
            return {}
        kinds = [one for one in self.module.all(ast.ClassDef) if one.name == node.func.id]
        if len(kinds) != 1 or any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in kinds[0].body):
            return {}
        bases = {last(self.module.dotted(base) or "?") for base in kinds[0].bases}
        if bases - {"BaseModel", "NamedTuple", "TypedDict"}:
            return {}
        return {
            one.target.id: one.value is None
            for one in kinds[0].body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        }

    def _own(self, node: ast.Call) -> Function | None:
        if isinstance(node.func, ast.Name):
            return self.module.functions.get(node.func.id)
        if isinstance(node.func, ast.Attribute):
            return self._own_method(node.func.attr)
        return None

    def _own_method(self, name: str) -> Function | None:
        """The one method of this name in the script's classes; None for what another library may mean by it."""
        if name in _MODELS | _HARMLESS | _OF_TEXT | _KEPT_FRAME or name.startswith("__"):
            return None
        inside = [one for kind in self.module.all(ast.ClassDef) for one in kind.body]
        same = [one for one in inside if isinstance(one, ast.FunctionDef) and one.name == name]
        return same[0] if len(same) == 1 else None

    def _enter(self, target: Function, given: list[Values], named: "list[tuple[str | None, Values]]") -> Values:
        parameters = [one.arg for one in (*target.args.posonlyargs, *target.args.args)]
        if parameters[:1] == ["self"]:
            parameters = parameters[1:]
        env: Env = dict(zip(parameters, given, strict=False))
        env.update({name: values for name, values in named if name is not None})
        everything = [*given, *(values for _, values in named)]
        if not everything:
            return ()
        if target in self._entered or len(self._entered) > 3:
            for values in everything:
                self._lose(values)
            return ()
        for values in (*given[len(parameters) :], *(values for name, values in named if name is None)):
            self._lose(values)
        self._entered.append(target)
        self._returned.append(())
        inner = {name: values for name, values in env.items() if values}
        self._block(target.body, inner)
        self._entered.pop()
        self._unpacked = self._parts_of_return(target, inner)
        return self._returned.pop()

    @staticmethod
    def _parts_of_return(target: Function, env: Env) -> tuple[Values, ...]:
        """What `return a, b` gives, where it is the only return and all of it are names."""
        returns = [node for node in ast.walk(target) if isinstance(node, ast.Return)]
        given = returns[0].value if len(returns) == 1 else None
        if not isinstance(given, ast.Tuple):
            return ()
        return tuple(env.get(one.id, ()) if isinstance(one, ast.Name) else () for one in given.elts)

    # notes

    def _use(self, path: Path, shape: str | None) -> None:
        known = self.shapes.get(path)
        if shape is None or known == shape:
            return
        if known is None or (known == "list" and shape == "rows"):
            self.shapes[path] = shape
        elif {known, shape} == {"object", "list"} and not path:
            self.disputed = True

    def _use_all(self, values: Values, shape: str) -> None:
        for one in values:
            if one.kind == "part":
                self._use(one.path, shape)

    def _lose(self, values: Values) -> None:
        """The outermost object goes where it cannot be followed."""
        if any(one.kind == "text" or (one.kind == "part" and not one.path) for one in values):
            self.escaped = True
            if any(one.kind == "text" for one in values):
                self.parsed = True

    def _asks_for_text(self, test: ast.expr, env: Env) -> bool:
        if not isinstance(test, ast.Call) or call_name(self.module, test) != "isinstance" or len(test.args) != 2:
            return False
        held = self._value(test.args[0], env)
        return bool(held) and all(one.kind == "text" for one in held) and "str" in ast.unparse(test.args[1])


def _leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _makes_up(handler: ast.ExceptHandler, env: Env) -> bool:
    """True where a handler of a missing key answers for it: it goes on, or reads something else."""
    kinds = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)} if handler.type is not None else _BROAD
    if not kinds & (_BROAD | _MISSING):
        return False
    inside = [node for statement in handler.body for node in ast.walk(statement)]
    if any(isinstance(node, ast.Raise) for node in inside):
        return False
    if any(_reads_tracked(node, env) for node in inside):
        return True
    returns = [node for node in inside if isinstance(node, ast.Return)]
    if not returns:
        return True
    return bool(kinds & _MISSING) and not any(_is_about_error(handler, one) for one in returns)


def _reads_tracked(node: ast.AST, env: Env) -> bool:
    if not isinstance(node, ast.Subscript | ast.Call):
        return False
    base = node.value if isinstance(node, ast.Subscript) else node.func
    while isinstance(base, ast.Attribute):
        base = base.value
    return isinstance(base, ast.Name) and any(one.kind in ("part", "table") for one in env.get(base.id, ()))


def _is_about_error(handler: ast.ExceptHandler, returned: ast.Return) -> bool:
    text = ast.unparse(returned).lower()
    names: Iterator[str] = (n.id for n in ast.walk(returned) if isinstance(n, ast.Name))
    return (handler.name is not None and handler.name in names) or any(
        word in text for word in ("error", "missing", "invalid", "bad", "fail", "400", "required")
    )
