"""Each request body is read once, as an expert would: what is it, and is that what the service takes?

Exactly one check speaks of a body; `reading` says which, and with what.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from checks.contract.body_bytes import DATA_URI, Content, content_of
from checks.contract.foreign_text import Foreign, foreign
from checks.contract.json_text import NO_VALUE, Broken, broken, edits_of, quote_at, value_of
from checks.contract.live_outcome import OF_PARSER, live_outcome
from checks.contract.records import Json
from checks.contract.tables import Form, content_of_form, form_of, in_shape, preview
from checks.contract.wanted import Key, Wanted, wanted
from checks.evidence import Evidence, Phase, Probe, Sample, Samples
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity
from checks.runtime.error_texts import error_text
from checks.runtime.payloads import shape_of
from checks.runtime.wording import base_name, bytes_of, one_line, titled

FORETELLS = (
    "contract.request-refused",
    "runtime.request-rejected",
    "runtime.payload-mismatch",
    "runtime.run-raised",
    "runtime.error-as-answer",
    "runtime.error-status",
    *(f"contract.{name}" for name in ("key-missing", "key-case-differs", "key-unknown", "table-form", "value-type")),
    *(f"contract.{name}" for name in ("one-row-for-rows", "rows-nested-too-deep", "column-names", "column-count")),
)
"""What a payload in the wrong form ends in, and what is said of the values that are looked for in the wrong place."""

LARGEST_EDIT = 2_000_000  # characters of a sample for which edits are offered
_OF_FOREIGN = {
    "empty": "body-empty",
    "html": "markup-sent",
    "xml": "markup-sent",
    "form": "form-encoded",
    "percent": "form-encoded",
    "path": "path-sent",
    "shell-quoted": "double-encoded",
    "escaped": "double-encoded",
    "braceless": "json-bracket",
    "numpy": "printed-object",
    "object": "printed-object",
    "frame": "printed-object",
    "csv": "csv-sent",
    "yaml": "yaml-sent",
    "base64": "base64-sent",
    "text": "json-invalid",
}
_OF_BROKEN = {
    **dict.fromkeys(("python", "single-quotes", "python-word", "tuple"), "json-python-literal"),
    "python-object": "printed-object",
    **dict.fromkeys(("trailing-comma", "extra-comma", "missing-comma"), "json-comma"),
    **dict.fromkeys(("comment", "bare-key", "bare-word", "word", "number"), "json-javascript"),
    "placeholder": "placeholder-sent",
    **dict.fromkeys(("smart-quotes", "invisible"), "json-look-alike"),
    **dict.fromkeys(("raw-control", "escape", "inner-quote", "open-string"), "json-string"),
    "cut-off": "json-cut-off",
    "bracket": "json-bracket",
    **dict.fromkeys(("after-end", "several"), "json-text-after"),
}


@dataclass(frozen=True)
class Reading:
    """What is wrong with a body, as one check tells it; `variant` says in which way.

    `right` is the payload as it should be, built from what was sent; NO_VALUE where nobody can say.
    """

    check: str
    variant: str
    text: str = ""
    broken: Broken | None = None
    foreign: Foreign | None = None
    content: Content | None = None
    form: Form | None = None
    key: Key | None = None
    sent: str = ""
    pointer: str = ""
    right: Json = field(default=NO_VALUE, hash=False)


@dataclass(frozen=True)
class Told:
    """A body, what the service takes, and what is wrong. `seen_to_fail`: the rehearsal tried it."""

    sample: Sample
    wanted: Wanted
    reading: Reading
    seen_to_fail: bool

    @property
    def file(self) -> str:
        """The name of the sample for titles."""
        return base_name(self.sample.source)

    def quote(self, start: int, end: int) -> Quote:
        """A place of the body."""
        return quote_at(self.sample.source, self.reading.text, start, end)

    def first(self) -> Quote:
        """The beginning of the body."""
        text = self.reading.text
        start = len(text) - len(text.lstrip())
        return quote_at(self.sample.source, text, start, start)

    def repair(self, title: str, safe: bool = False) -> Fix | None:
        """The edits that make the sample JSON, when all of it was understood."""
        found = self.reading.broken
        if found is None or found.repaired is None or len(self.reading.text) > LARGEST_EDIT or len(found.splices) > 500:
            return None
        if self.sample.text is None or self.reading.text != self.sample.text:
            return None
        edits = edits_of(found.splices, self.reading.text, self.sample.source)
        return Fix(title=title, safety=Safety.SAFE if safe else Safety.REVIEW, edits=edits)

    def send(self, title: str, value: Json = NO_VALUE) -> Fix:
        """Send what is meant; the beginning of it is shown."""
        right = self.reading.right if value is NO_VALUE else value
        return Fix(title=title, commands=() if right is NO_VALUE else (preview(right),))

    def finding(
        self,
        title: str,
        *fixes: Fix | None,
        saw: tuple[Quote, ...] = (),
        why: str = "",
        severity: Severity | None = None,
        confirm: str | None = None,
    ) -> Finding:
        """A finding about this body."""
        unsure = self.wanted.json is None and not self.wanted.opens and self.reading.content is None
        likely = Confidence.LIKELY if self.wanted.by == "code" else Confidence.CERTAIN
        about = [f"sample:{self.sample.source}"]
        about += [f"key:{self.reading.key.name}"] if self.reading.key else []
        return Finding(
            title=titled(title, 88),
            why=why,
            evidence=(*saw, *self.wanted.quotes[:1]),
            severity=severity or (Severity.WARNING if unsure and not self.seen_to_fail else None),
            confidence=Confidence.CERTAIN if self.seen_to_fail else likely,
            about=tuple(about),
            fixes=tuple(fix for fix in fixes if fix),
            confirm=confirm,
        )


def told(check: str, evidence: Evidence) -> Iterator[Told]:
    """The bodies of which `check` is to speak."""
    takes = wanted(evidence)
    if takes is None:
        return
    for sample in samples_of(evidence):
        outcome = _outcome(sample, evidence)
        if outcome == "accepted":
            continue
        found = reading(sample, takes)
        if found is None and outcome == "failed" and takes.json is None:
            found = _marked(sample)
        if found and f"contract.{found.check}" == check:
            yield Told(sample, takes, found, outcome == "failed")


def samples_of(evidence: Evidence) -> tuple[Sample, ...]:
    """The request bodies."""
    return evidence.samples.items if isinstance(evidence.samples, Samples) else ()


def _outcome(sample: Sample, evidence: Evidence) -> str:
    """What the rehearsal made of a body, or the live service: accepted, failed, or untried."""
    for step in evidence.probe.steps if isinstance(evidence.probe, Probe) else ():
        if step.phase is Phase.RUN and step.sample == sample.source:
            if step.outcome in ("raised", "rejected"):
                return "failed"
            if step.outcome == "passed":
                answer = step.returned
                error = answer and (
                    (answer.status or 200) >= 400
                    or error_text(answer) is not None
                    or OF_PARSER.search(answer.text or "") is not None
                )
                return "failed" if error else "accepted"
    return live_outcome(evidence, sample.source) or "untried"


def _marked(sample: Sample) -> Reading | None:
    """A byte-order mark before a value that is JSON else: what json.loads() of a text stumbles over."""
    text = sample.text or ""
    value = value_of(text.removeprefix("\ufeff")) if text.startswith("\ufeff") else NO_VALUE
    return None if value is NO_VALUE else Reading("body-encoding", "mark", text, right=value)


@lru_cache(maxsize=32)
def reading(sample: Sample, takes: Wanted) -> Reading | None:
    """What is wrong with the form of a body; None when nothing is, or nobody can know."""
    if found := _of_bytes(sample, takes):
        return found
    text = sample.text
    if text is None:
        return None
    if takes.opens:
        value = value_of(text)
        named = value is not NO_VALUE and isinstance(value, (dict, list))
        return Reading("json-for-file", "json", text) if named else None
    plain = text.removeprefix("\ufeff")
    value = value_of(plain)
    if value is NO_VALUE:
        return _of_broken(sample, plain, takes)
    if plain != text and takes.json and takes.by == "code":
        return Reading("body-encoding", "mark", text, right=value)
    return _of_value(value, text, takes)


def _of_bytes(sample: Sample, takes: Wanted) -> Reading | None:
    content = content_of(sample)
    textual = takes.by in ("decorator", "code") or takes.json is True
    if sample.other_text is not None and sample.encoding and textual:
        refused = takes.by != "decorator" or not sample.encoding.startswith("utf")
        return Reading("body-encoding", sample.encoding, sample.other_text) if refused else None
    if content and content.kind == "compressed" and takes.unzips:
        return None
    if content and (sample.text is None or content.kind != "text") and textual:
        return Reading("binary-sent", content.kind, content=content)
    if sample.text is None and sample.encoding is None and textual:
        return Reading("binary-sent", "bytes", content=Content("no text at all", "bytes"))
    return None


def _of_broken(sample: Sample | None, text: str, takes: Wanted) -> Reading | None:
    if takes.json is None and not _wants_json(sample, text):
        return None
    known = foreign(text)
    if known and takes.decodes and takes.json is not True and known.kind == "base64":
        return None
    if known:
        return Reading(
            _OF_FOREIGN.get(known.kind, "request-copied"), known.kind, text, foreign=known, right=_right(known, takes)
        )
    found = broken(text)
    if found is None:
        return Reading("json-invalid", "deep", text)
    return Reading(_OF_BROKEN.get(found.kind, "json-invalid"), found.kind, text, broken=found, right=_meant(found))


def _wants_json(sample: Sample | None, text: str) -> bool:
    """Without a word from the service: a file that calls itself JSON, or begins as JSON does, is to be JSON."""
    named = sample is not None and sample.source.lower().endswith(".json")
    return named or re.match(r"\s*(?:\{\s*[\"'\w}]|\[\s*[\[{\"\d\]-])", text) is not None


def _meant(found: Broken) -> Json:
    return value_of(found.repaired) if found.repaired is not None else NO_VALUE


def _right(known: Foreign, takes: Wanted) -> Json:
    """The payload that is meant by a text of another form."""
    if known.kind == "csv":
        rows: Json = [[_cell(cell) for cell in row] for row in (known.rows[1:] if known.header else known.rows)]
        content: Json = [dict(zip(known.rows[0], row, strict=False)) for row in rows] if known.header else rows
        return _wrapped(content, takes)
    if known.inner is NO_VALUE:
        return NO_VALUE
    if known.kind == "form" and known.name and known.name not in (known.inner if isinstance(known.inner, dict) else ()):
        return {known.name: known.inner}
    return _wrapped(known.inner, takes) if known.kind == "numpy" else known.inner


def _cell(cell: str) -> Json:
    value = value_of(cell)
    return cell if value is NO_VALUE else value


def _wrapped(content: Json, takes: Wanted) -> Json:
    """The content under the one key that is required."""
    required = takes.required
    if len(required) == 1:
        return {required[0].name: in_shape(content, required[0])}
    return content


def _of_value(value: Json, text: str, takes: Wanted) -> Reading | None:
    """A body that is JSON: whether its wrapper is the one that is read."""
    if takes.json is not True or takes.by == "nobody":
        return None
    if isinstance(value, str):
        inner = value_of(value)
        if isinstance(inner, (dict, list)) and (takes.form or takes.keys):
            return Reading("double-encoded", "body", text, right=inner)
        inner = _python(value)
        if isinstance(inner, (dict, list)) and (takes.form or takes.keys):
            return Reading("double-encoded", "literal", text, right=inner)
    if takes.form == "list" and isinstance(value, dict):
        return _not_a_list(value, text)
    if takes.form != "object":
        return _prefix(value, text, takes)
    return _of_object(value, text, takes) or _prefix(value, text, takes)


def _python(text: str) -> Json:
    from checks.contract.json_text import python_value

    return python_value(text) if text.lstrip()[:1] in ("{", "[") else NO_VALUE


def _not_a_list(value: dict[str, Json], text: str) -> Reading | None:
    form = form_of(value)
    if form:
        return Reading("other-service-form", "list", text, form=form, right=content_of_form(value))
    if len(value) == 1:
        name, inner = next(iter(value.items()))
        if isinstance(inner, list):
            return Reading("wrapper-missing", "too-much", text, sent=name, right=inner)
    return None


def _of_object(value: Json, text: str, takes: Wanted) -> Reading | None:
    required = takes.required
    names = {key.name for key in required}
    if not required:
        return None
    if not isinstance(value, dict):
        return _not_an_object(value, text, takes)
    if names <= value.keys():
        return _twice(value, text, takes)
    for outer, inner in list(value.items())[:50]:  # wrapped in another object
        if len(value) == 1 and isinstance(inner, dict) and names <= inner.keys() and form_of(value) is None:
            return Reading("wrapper-twice", "outer", text, sent=outer, pointer=f"/{outer}", right=inner)
    missing = [key for key in required if key.name not in value]
    known = {key.name for key in takes.keys}
    free = [name for name in value if name not in known]
    for key in missing:
        if _near(key.name, free):
            return None  # told as a key
    if len(required) != 1 or set(value) & known:
        return None
    key = required[0]
    form = form_of(value)
    if form:
        return Reading(
            "other-service-form", "object", text, form=form, key=key, right=_wrapped(content_of_form(value), takes)
        )
    if len(value) == 1:
        inner = next(iter(value.values()))
        if isinstance(inner, (list, dict)) or key.shape in ("text", "number", "base64", None):
            return None  # told as a key
    if key.shape in ("rows", "table", "records", "list", "split") and value:
        return Reading("wrapper-missing", "columns", text, key=key, right=_wrapped(value, takes))
    return None


def _not_an_object(value: Json, text: str, takes: Wanted) -> Reading | None:
    required = takes.required
    names = {key.name for key in required}
    if isinstance(value, list) and value and isinstance(value[0], dict) and names <= value[0].keys():
        return Reading(
            "wrapper-twice", "list", text, pointer="/0", right=value[0] if len(value) == 1 else _merged(value, takes)
        )
    right = _wrapped(value, takes) if len(required) == 1 else NO_VALUE
    if right is NO_VALUE and isinstance(value, list) and len(value) == len(required):
        right = {key.name: item for key, item in zip(required, value, strict=True)}
    kind = "list" if isinstance(value, list) else "value"
    return Reading("wrapper-missing", kind, text, key=required[0] if len(required) == 1 else None, right=right)


def _merged(value: list[Json], takes: Wanted) -> Json:
    """Several requests in one list are one request, when each holds rows."""
    name = takes.required[0].name
    inner = [item[name] for item in value if isinstance(item, dict) and name in item]
    if len(takes.required) == 1 and len(inner) == len(value) and all(isinstance(one, list) for one in inner):
        return {name: [row for one in inner for row in one]}
    return value[0]


def _twice(value: dict[str, Json], text: str, takes: Wanted) -> Reading | None:
    for key in takes.required:
        inner = value[key.name]
        again = isinstance(inner, dict) and list(inner) == [key.name] and key.name not in key.inner
        if again and key.shape not in ("split", "object"):
            return Reading(
                "wrapper-twice",
                "same",
                text,
                key=key,
                pointer=f"/{key.name}",
                right={**value, key.name: inner[key.name]},
            )
        if isinstance(inner, str) and key.shape in ("rows", "table", "records", "list", "split", "object"):
            parsed = value_of(inner)
            parsed = parsed if parsed is not NO_VALUE else _python(inner)
            if isinstance(parsed, (dict, list)):
                return Reading(
                    "double-encoded", "key", text, key=key, pointer=f"/{key.name}", right={**value, key.name: parsed}
                )
        if (
            key.shape in ("rows", "table", "records")
            and isinstance(inner, list)
            and inner
            and all(isinstance(i, str) for i in inner[:50])
        ):
            items = [value_of(item) for item in inner[:1000]]
            if all(isinstance(item, (dict, list)) for item in items):
                return Reading(
                    "double-encoded", "rows", text, key=key, pointer=f"/{key.name}/0", right={**value, key.name: items}
                )
    return None


def _prefix(value: Json, text: str, takes: Wanted) -> Reading | None:
    """A data URI where base64 is decoded as it comes."""
    if not takes.decodes or "base64," not in text:
        return None
    pending: list[tuple[str, Json, int]] = [("", value, 0)]
    looked = 0
    while pending and looked < 5_000:
        pointer, inner, depth = pending.pop()
        looked += 1
        if isinstance(inner, str) and DATA_URI.match(inner):
            return Reading("base64-prefix", "uri", text, sent=inner[:80], pointer=pointer)
        if depth < 6 and isinstance(inner, (dict, list)):
            items = inner.items() if isinstance(inner, dict) else enumerate(inner)
            pending += [(f"{pointer}/{name}", item, depth + 1) for name, item in list(items)[:200]][::-1]
    return None


def _near(name: str, names: list[str]) -> str | None:
    """A name like it: another case, a plural, an underscore, a slip of the pen."""
    plain = _plain(name)
    same = [one for one in names if _plain(one) == plain]
    return next(iter(same or difflib.get_close_matches(name, names, n=1, cutoff=0.8)), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()).rstrip("s")


def sent_quote(one: Told) -> Quote:
    """What was sent, in shape and text, for findings about a body that is JSON."""
    text = one.reading.text
    value = value_of(text.removeprefix("\ufeff"))
    shape = shape_of(value) if not isinstance(value, str) else "text"
    return Quote(source=one.sample.source, text=f"{one_line(shape, 80)}: {one_line(text[:400], 160)}")


def expected_quote(one: Told) -> tuple[Quote, ...]:
    """What is read, from whoever knows."""
    required = one.wanted.required
    if not required:
        return ()
    names = ", ".join(f"`{key.name}`" for key in required[:8])
    return (Quote(source=one.wanted.source or one.sample.source, text=f"expected: an object with {names}"),)


def size_of(sample: Sample) -> str:
    """The size of a body in words."""
    return bytes_of(sample.size)
