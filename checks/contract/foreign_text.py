"""What a text is that is no JSON and never wanted to be: a page, a path, a table, a command, something printed."""

import re
from dataclasses import dataclass

from checks.contract.body_bytes import base64_of
from checks.contract.json_text import NO_VALUE, value_of
from checks.contract.records import Json

LOOKED_AT = 20_000  # characters that tell what a text is
_MARKUP = re.compile(r"\s*<(?:!doctype\s|\?xml\b|!--|[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>)", re.IGNORECASE)
_NOT_MARKUP = re.compile(r"\s*<[^<>]* (?:object )?at 0x|\s*<[\w .-]+>\s*\Z")
_HTML = re.compile(r"<!doctype html|<html\b|<head\b|<body\b|<title\b", re.IGNORECASE)
_TITLE = re.compile(r"<(?:title|h1|h2)\b[^>]*>\s*([^<]{1,80}?)\s*<", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z][\w:.-]*)")
_CURL = re.compile(r"\s*(?:[$>]\s+)?(?:curl(?:\.exe)?|wget|http|https|xh)\s+-?\S")
_POWERSHELL = re.compile(r"\s*(?:\$\w+\s*=\s*)?(?:Invoke-(?:RestMethod|WebRequest)|irm|iwr)\b", re.IGNORECASE)
_REQUEST = re.compile(r"\s*(?:POST|GET|PUT|PATCH)\s+\S+(?:\s+HTTP/[\d.]+)?\s*[\r\n]")
_RESPONSE = re.compile(r"\s*HTTP/[\d.]+ \d{3}")
_HEADERS = re.compile(
    r"\s*(?:(?:Content-Type|Content-Length|Host|Accept|Authorization|User-Agent)\s*:[^\r\n]*\r?\n)", re.IGNORECASE
)
_MULTIPART = re.compile(
    r"\s*--+[\w'()+,./:=?-]{2,70}\r?\n(?:[\w-]+:[^\r\n]*\r?\n)*?Content-Disposition:", re.IGNORECASE
)
_FENCE = re.compile(r"\s*```[\w-]*\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
_ASSIGNED = re.compile(
    r"\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w.$]*\s*(?::\s*\w+\s*)?=\s*(?=[\[{\"'(]|json\.dumps|JSON\.)", re.ASCII
)
_CODE = re.compile(r"\s*(?:import \w|from \w[\w.]* import |requests\.(?:post|get)\(|fetch\(|client\.\w+\()")
_FORM = re.compile(r"[\w.%+\[\]~-]+=[^\s&=]*=*(?:&[\w.%+\[\]~-]+=[^\s&=]*=*)*\s*\Z")
_PERCENT = re.compile(r"%(?:7B|5B|22)(?:[^\s%]|%[0-9A-Fa-f]{2})*\s*\Z", re.IGNORECASE)
_PATH = re.compile(
    r"(?:@\S.*|file://.+|https?://\S+|(?:[A-Za-z]:[\\/]|\\\\|~?/|\.{1,2}[\\/]).*|[^\s/\\]+(?:[\\/][^/\\]+)*)\Z"
)
_ENDING = re.compile(
    r"\.(?:jsonl?|csv|tsv|txt|xml|ya?ml|parquet|npy|npz|pkl|png|jpe?g|gif|bmp|tiff?|wav|mp3|pdf|xlsx?|zip|gz|bin)\Z",
    re.IGNORECASE,
)
_NUMPY = re.compile(
    r"(?:[\[\]\s]++|[-+]?(?:\d+\.?\d*|\.\d+|nan|inf)(?:e[-+]?\d+)?(?=[\s\]])|'[^'\n]*'|True|False|\.\.\.)+\Z",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\s*[\[{(]{0,4}\s*(?:['\"]?\w+['\"]?\s*:\s*)?[\[(]{0,4}(?:<[\w.]+ (?:object|at|of)\b"
    r"|(?:np\.|numpy\.|torch\.|tf\.|pd\.|pandas\.|datetime\.|collections\.)?"
    r"(?:array|tensor|Tensor|DataFrame|Series|OrderedDict|defaultdict|Row|Timestamp|datetime|date|Decimal"
    r"|dict_keys|dict_values|float64|float32|int64|matrix|ndarray|Namespace|namedtuple)\s*\()"
)
_FRAME_END = re.compile(r"\[\d+ rows x \d+ columns\]\s*\Z|\b(?:Name: [^\n]*, )?dtype: \w+\s*\Z")
_YAML_LINE = re.compile(r"\s*(?:- )*(?:[\w$.\"' -]{1,60}:(?:\s.*)?|- .*|#.*|---|\.\.\.)\Z")
_YAML_FIRST = re.compile(r"(?:---\s*|(?:[\w$.\"'-]{1,60}):(?:\s*[|>]?\s*|\s+\S.*)|- +\S.*)\Z")


@dataclass(frozen=True)
class Foreign:
    """`kind`: empty, html, xml, curl, powershell, http, response, multipart, fence, assignment, code, form, percent,
    path, shell-quoted, escaped, braceless, numpy, object, frame, csv, yaml, base64, text. `name` is a word that tells
    more (a title, a root element, a path, a separator), `inner` the JSON value that lies in it, when it is found.
    """

    kind: str
    name: str = ""
    inner: Json = NO_VALUE
    rows: tuple[tuple[str, ...], ...] = ()
    header: bool = False


def foreign(text: str) -> Foreign | None:
    """What the text is; None where it may be JSON that is broken. It must not be JSON."""
    if not text.strip("\ufeff\u200b\0 \t\r\n\u00a0"):
        return Foreign("empty")
    text = text.removeprefix("\ufeff").lstrip("\r\n")
    head = text[:LOOKED_AT]
    for reader in (_markup, _request, _quoted, _encoded, _path, _printed, _table, _yaml, _base64, _prose):
        if found := reader(text, head):
            return found
    return None


def _markup(_: str, head: str) -> Foreign | None:
    if not _MARKUP.match(head) or _NOT_MARKUP.match(head):
        return None
    if _HTML.search(head):
        title = _TITLE.search(head)
        return Foreign("html", title.group(1) if title else "")
    root = _ROOT.search(head)
    return Foreign("xml", root.group(1) if root else "")


def _request(text: str, head: str) -> Foreign | None:
    if _CURL.match(head) and re.search(r"https?://|\s-{1,2}\w|\s:\d", head):
        return Foreign("curl", inner=_json_within(text))
    if _POWERSHELL.match(head):
        return Foreign("powershell", inner=_json_within(text))
    if _MULTIPART.match(head):
        return Foreign("multipart", inner=_json_within(text))
    if _RESPONSE.match(head):
        return Foreign("response", inner=_json_within(text))
    if _REQUEST.match(head) or _HEADERS.match(head):
        return Foreign("http", inner=_json_within(text))
    if fence := _FENCE.match(text):
        return Foreign("fence", inner=value_of(fence.group(1)))
    if assigned := _ASSIGNED.match(head):
        rest = text[assigned.end() :].strip().rstrip(";")
        name = re.sub(r"\s*[:=].*|\b(?:var|let|const)\s", "", assigned.group(), flags=re.DOTALL).strip()
        if not (_FORM.match(text) and re.search("[&%]", text)):
            return Foreign("assignment", name, _read(rest))
    return Foreign("code") if _CODE.match(head) else None


def _quoted(text: str, _: str) -> Foreign | None:
    """JSON between quotes of a shell or of Python, with its quotes escaped, or without its braces."""
    body = text.strip()
    for prefix in ("b'", "'"):
        if body.startswith(prefix) and body.endswith("'") and len(body) > len(prefix) + 1:
            inner = body[len(prefix) : -1]
            value = value_of(inner)
            if value is NO_VALUE:
                value = value_of(inner.replace("\\n", "\n").replace("\\'", "'").replace("\\\\", "\\"))
            if isinstance(value, (dict, list)):
                return Foreign("shell-quoted", "a bytes literal" if prefix == "b'" else "single quotes", value)
    if body[:1] == '"' and (value := value_of(f"{{{body}}}")) is not NO_VALUE:
        return Foreign("braceless", inner=value)
    if body[:1] in "{[" and '\\"' in body[:200]:
        value = value_of(body.replace('\\\\"', '\\"').replace('\\"', '"').replace("\\n", "\n"))
        if value is not NO_VALUE:
            return Foreign("escaped", inner=value)
    return None


def _encoded(text: str, _: str) -> Foreign | None:
    body = text.strip()
    if _PERCENT.match(body):
        return Foreign("percent", inner=value_of(_unquoted(body)))
    if "\n" not in body and _FORM.match(body) and not base64_of(body):
        name, value = body.split("=", 1)
        if "&" in value or "%" in value or "+" in value or value_of(value) is not NO_VALUE or len(body) < 2_000:
            first = value.partition("&")[0]
            return Foreign("form", _unquoted(name)[:60], value_of(_unquoted(first.replace("+", " "))))
    return None


def _path(text: str, _: str) -> Foreign | None:
    body = text.strip()
    if len(body) > 500 or "\n" in body or re.search(r"[{}\[\]\"]", body):
        return None
    body = body.strip("'")
    found = _PATH.match(body)
    clear = body.startswith(("@", "file://", "http://", "https://")) and " " not in body
    return Foreign("path", body) if found and (clear or _ENDING.search(body)) else None


def _printed(_: str, head: str) -> Foreign | None:
    if _OBJECT.match(head):
        named = re.search(r"([A-Za-z_][\w.]*)\s*\(|<([\w.]+) ", head)
        return Foreign("object", (named.group(1) or named.group(2)) if named else "")
    body = head.strip()
    if body.startswith("[") and "," not in body and re.search(r"\d\.?\s+[-\d.]|\]\s*\[|'\s+'|\d\.[\s\]]", body):
        if len(head) == LOOKED_AT:
            body = body[: body.rfind("]") + 1] or body
        if _NUMPY.match(body):
            return Foreign("numpy", inner=_numpy_value(body) if len(head) < LOOKED_AT else NO_VALUE)
    return Foreign("frame") if _is_frame(head) else None


def _numpy_value(body: str) -> Json:
    if "..." in body:
        return NO_VALUE
    spaced = re.sub(r"\]\s*\[", "], [", re.sub(r"(?<=[\d.'e])\s+(?=[-+\d.'])", ", ", body))
    plain = re.sub(r"(\d)\.(?=[\s,\]])", r"\1.0", re.sub(r"\[\s+", "[", spaced)).replace("'", '"')
    return value_of(plain)


def _is_frame(head: str) -> bool:
    """The text that print(frame) gives: a line of names, and lines that begin with a row's label."""
    lines = [line for line in head.splitlines() if line.strip()]
    if _FRAME_END.search(head) and len(lines) > 2:
        return True
    if len(lines) < 2 or not lines[0].startswith(" ") or re.search(r"[{}\[\]:,;]", lines[0]):
        return False
    names = lines[0].split()
    rows = [line.split() for line in lines[1:20]]
    return all(len(row) == len(names) + 1 and row[0].isdigit() for row in rows)


def _table(text: str, head: str) -> Foreign | None:
    """Lines that are cut into equally many cells by commas, semicolons, tabs or bars."""
    import csv

    lines = [line for line in head.splitlines() if line.strip()]
    if len(head) < len(text):
        lines = lines[:-1]
    if not lines or lines[0].lstrip()[:1] in "{[(<" or re.match(r"""["']?\w+["']?\s*:\s""", lines[0]):
        return None
    for separator in (",", ";", "\t", "|"):
        try:
            rows = [tuple(cell.strip() for cell in row) for row in csv.reader(lines[:50], delimiter=separator)]
        except csv.Error:
            return None
        width = len(rows[0])
        if width < 2 or any(len(row) != width for row in rows):
            continue
        numbers = [sum(_is_number(cell) for cell in row) for row in rows]
        header = len(rows) > 1 and numbers[0] == 0 and (sum(numbers[1:]) > 0 or all(c.isidentifier() for c in rows[0]))
        if header or (len(rows) > 1 and separator in ",;\t") or sum(numbers) * 2 >= width * len(rows):
            return Foreign("csv", {"\t": "tab"}.get(separator, separator), NO_VALUE, tuple(rows[:10]), header)
    return None


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[-+]?(?:\d+[.,]?\d*|\.\d+)(?:[eE][-+]?\d+)?", cell) is not None


def _yaml(_: str, head: str) -> Foreign | None:
    lines = [line.rstrip() for line in head.splitlines() if line.strip() and not line.lstrip().startswith("#")][:100]
    if not lines or not _YAML_FIRST.match(lines[0]):
        return None
    block = any(re.search(r":\s*[|>][-+]?\Z", line) for line in lines)
    fits = sum(bool(_YAML_LINE.match(line)) or (block and line.startswith("  ")) for line in lines)
    keys = any(re.match(r"\s*(?:- )?[\w$.\"'-]{1,60}:(?:\s|\Z)", line) for line in lines)
    return Foreign("yaml") if fits * 10 >= len(lines) * 9 and (keys or len(lines) > 1) else None


def _base64(text: str, _: str) -> Foreign | None:
    content = base64_of(text)
    return Foreign("base64", content.name) if content else None


def _prose(_: str, head: str) -> Foreign | None:
    """Words without a bracket: a sentence, a name."""
    if re.search(r"[{\[\"]", head[:2_000]) or not re.match(r"\s*[^\W\d_]", head):
        return None
    return None if value_of(head.strip().lower()) is not NO_VALUE else Foreign("text")


def _json_within(text: str) -> Json:
    """The first object or list in a text."""
    import json

    for found in list(re.finditer(r"[{\[]", text[:LOOKED_AT]))[:20]:
        try:
            value, _ = json.JSONDecoder().raw_decode(text, found.start())
        except (ValueError, RecursionError):
            continue
        if value not in ([], {}):
            return value
    return NO_VALUE


def _read(text: str) -> Json:
    from checks.contract.json_text import python_value

    value = value_of(text)
    value = value if value is not NO_VALUE else python_value(text)
    inner = value_of(value) if isinstance(value, str) else NO_VALUE
    return inner if inner is not NO_VALUE else value


def _unquoted(text: str) -> str:
    """Percent signs undone."""
    parts = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found.group(1), 16)]), text.encode("utf-8"))
    return parts.decode("utf-8", "replace")
