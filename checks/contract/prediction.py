"""What the server will do with a request body, told without running anything.

Source: azureml-inference-server-http 1.5.1 (`server/input_parsers.py`, `server/routes.py`) and inference-schema 1.8
(`schema_decorators.py`, `parameter_types/`), both tried. The conversions are followed in `conversion_*.py`.
"""

import json
import re
from dataclasses import dataclass

from checks.contract.conversion import Changed as Changed
from checks.contract.conversion import Conversion, Refusal, below, cut
from checks.contract.conversion_standard import convert
from checks.contract.records import Interface, Json, Parameter

SCRIPT_FAILED = "An unexpected error occurred in scoring script. Check the logs for more info."
INTERNAL = "An unexpected internal error occurred. Check the logs for more info."
NOT_JSON_TYPE = "Expects Content-Type to be application/json"
EMPTY = "POST body is empty. Expecting a JSON dictionary."
NO_OBJECT = "POST body should be a JSON dictionary."
NOT_JSON = "POST body could not be decoded as JSON: "
NOT_UTF8 = "Input cannot be decoded as UTF-8: "

DEEP = 900  # levels that every Python reads; from about 980 on, some give up
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Refused:
    """Why a request does not reach the code of run(): status, the server's message, the place in the body, and the
    exception's headline where it is raised by the decorator (status 500, x-ms-run-function-failed: True).
    """

    status: int
    message: str
    pointer: str | None = None
    headline: str | None = None


@dataclass(frozen=True)
class Prediction:
    """`refused` is None when run() will be called. `sure` is False where run()'s own code, or a type that is not known,
    decides: the body is then only known to get as far as run(), or is only likely to be refused.
    """

    refused: Refused | None
    changed: tuple[Changed, ...] = ()
    sure: bool = True

    @property
    def status(self) -> int:
        """The status that the client gets, if run() itself does not fail."""
        return self.refused.status if self.refused else 200


def predict(interface: Interface, body: bytes, content_type: str | None = "application/json") -> Prediction:
    """What becomes of `POST /score` with this body. `content_type` None: the header is not sent."""
    media = _media(content_type)
    if interface.kind == "undecorated":
        return _undecorated(interface, body, media, content_type or "")
    if interface.kind == "rawhttp":
        return _lacking(interface.parameters[1:]) or Prediction(None, sure=False)
    if not _is_json(media):
        return _refused(415, NOT_JSON_TYPE)
    return _decorated(interface, body)


def _media(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _is_json(media: str) -> bool:
    return media == "application/json" or (media.startswith("application/") and media.endswith("+json"))


def _refused(status: int, message: str, pointer: str | None = None, sure: bool = True) -> Prediction:
    return Prediction(Refused(status=status, message=message, pointer=pointer), sure=sure)


def _undecorated(interface: Interface, body: bytes, media: str, content_type: str) -> Prediction:
    """run() gets the body as text, whatever it is; flask keeps that of a form for itself."""
    told = Conversion.of(interface)
    is_form = media == FORM or (media == "multipart/form-data" and "boundary=" in content_type)
    if not is_form:
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            return _refused(400, f"{NOT_UTF8}{error}", "")
        if text.startswith("\ufeff"):
            told.change("", "…", repr(text[:20]), "run() gets the byte-order mark as the first character")
    elif body:
        told.change("", body[:100].decode(errors="replace"), "''", f"the body of {media} is read as a form")
    lacking = _lacking(interface.parameters[1:])
    return lacking or Prediction(None, changed=tuple(told.changed), sure=False)


def _lacking(others: tuple[Parameter, ...]) -> Prediction | None:
    """What happens where run() needs more than the one argument that it is given."""
    names = [repr(one.name) for one in others if one.required and not one.keyword_only]
    kind = "positional"
    if not names:
        names = [repr(one.name) for one in others if one.required]
        kind = "keyword-only"
    if not names:
        return None
    listed = " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])}, and {names[-1]}"
    plural = "s" if len(names) > 1 else ""
    headline = f"TypeError: run() missing {len(names)} required {kind} argument{plural}: {listed}"
    return Prediction(Refused(500, SCRIPT_FAILED, None, headline))


def _decorated(interface: Interface, body: bytes) -> Prediction:
    deep = _depth(body) > DEEP
    try:
        value = json.loads(body)
    except json.JSONDecodeError as error:
        return _refused(400, f"{NOT_JSON}{error}" if body else EMPTY)
    except RecursionError:
        return _refused(500, INTERNAL, sure=len(body) > 200_000)
    except ValueError:  # no text in the encoding that its first bytes show, or a number of more than 4300 digits
        return _refused(500, INTERNAL)
    if not isinstance(value, dict):
        return _refused(400, NO_OBJECT, "")
    for one in interface.parameters:
        if one.required and one.name not in value:
            return _refused(400, f"A value is not provided for the {one.name!r} parameter.", "")
    return _converted(interface, value, deep)


def _depth(body: bytes) -> int:
    """How deep lists and objects may be nested at most."""
    if body.count(b"[") + body.count(b"{") <= DEEP:
        return 0
    depth = most = 0
    for found in re.finditer(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', body, re.DOTALL):
        if (mark := found[0]) in (b"[", b"{"):
            depth += 1
            most = max(most, depth)
        elif mark in (b"]", b"}"):
            depth -= 1
    return most


def _converted(interface: Interface, value: dict[str, Json], deep: bool) -> Prediction:
    """The decorators convert from the outermost to the innermost, inside what the server takes for run()."""
    told = Conversion.of(interface)
    parameters = {one.name: one for one in interface.parameters}
    order = list(dict.fromkeys((*interface.described, *parameters)))
    try:
        for name in order:
            if name in parameters:
                _argument(parameters[name], value, told)
            elif name == "request_headers":
                told.doubt()
            else:  # by far the most likely: a decorator that does not convert passes it over
                raise Refusal(f'Exception: Error, provided param_name "{name}" is not in the decorated function.', "")
    except Refusal as refusal:
        refused = Refused(500, SCRIPT_FAILED, refusal.pointer, refusal.headline)
        return Prediction(refused, changed=(), sure=refusal.sure)
    except RecursionError:
        return Prediction(None, changed=tuple(told.changed), sure=False)
    return Prediction(None, changed=tuple(told.changed), sure=told.sure and not deep)


def _argument(parameter: Parameter, value: dict[str, Json], told: Conversion) -> None:
    """One argument: from the body, else the default, which is converted as well."""
    name, kind = parameter.name, parameter.type
    if kind is None or not kind.converts:
        return
    if name not in value:
        if parameter.default is None:
            if not kind.optional:
                told.doubt()
            return
        given = json.loads(parameter.default)
        pointer = ""
    else:
        given, pointer = value[name], below("", name)
    if kind.optional and not given:
        if name in value and given is not None:
            told.change(pointer, given, cut(repr(given)), "an empty value of an optional parameter is not converted")
        return
    convert(kind, given, pointer, told)
