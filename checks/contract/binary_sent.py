"""Bytes of a file are sent to a service that reads text.

What it finds
-------------
An image, a recording, an archive, a Parquet file, a pickle, compressed data or other bytes where run() takes JSON.

Why it breaks
-------------
An undecorated run() gets text: the server answers 400 `Input cannot be decoded as UTF-8`. With @input_schema the
parser raises UnicodeDecodeError, and the answer is 500.

How to fix
----------
Send the bytes as base64 under a key and decode them in run(), or take raw bytes with @rawhttp. A compressed body must
be unpacked by the client: the server does not look at Content-Encoding.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import DECODES, OPENS_IMAGE, READS_TEXT, bytes_sent, sent
from checks.contract.forms import FORETELLS, Told, size_of, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Stage


@check("contract.binary-sent", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def binary_sent(evidence: Evidence) -> Iterator[Finding]:
    """Name the format by its first bytes."""
    for one in told("contract.binary-sent", evidence):
        content = one.reading.content
        assert content
        if content.kind == "compressed":
            fix = Fix(
                title="send the body as it is, not compressed",
                commands=(f"gzip -dc {one.sample.source}",) if "gzip" in content.name else (),
            )
        elif content.kind in ("table", "array", "pickle"):
            fix = Fix(title="send the rows as JSON: lists of numbers, or records")
        else:
            fix = _as_json(one)
        raw = Fix(
            title="take the bytes as they are",
            commands=("@rawhttp", "def run(request): content = request.get_data()"),
        )
        yield one.finding(
            f"{one.file} is {content.name}, and {one.wanted.who} reads JSON"
            if one.wanted.json
            else f"{one.file} is {content.name}, and {one.wanted.who} is given text",
            fix,
            *((raw,) if content.kind in ("image", "audio", "film", "document", "bytes") else ()),
            saw=(
                Quote(
                    source=one.sample.source,
                    text=f"{size_of(one.sample)} that begin with the bytes {one.sample.head[:16]}",
                ),
            ),
        )


def _as_json(one: Told) -> Fix:
    """The content under the key that is read, in the form that is read."""
    required = one.wanted.required
    name, shape = (required[0].name, required[0].shape) if len(required) == 1 else ("data", None)
    if shape in ("rows", "list") and one.reading.content and one.reading.content.kind == "image":
        pixels = f'{{"{name}": numpy.asarray(Image.open(path)).tolist()}}'
        return Fix(title=f"send the pixels under `{name}`, in the shape that is declared", commands=(pixels,))
    decoded = "" if one.wanted.decodes else " and decode it in run()"
    return Fix(title=f"send base64 in JSON{decoded}", commands=(f'{{"{name}": base64.b64encode(content).decode()}}',))


CASES = (
    fires(bytes_sent(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), saw="is a PNG image, and run() reads JSON", findings=1),
    fires(bytes_sent(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", DECODES), name="the key that is decoded"),
    fires(bytes_sent(b"\x1f\x8b\x08\0\0\0\0\0\xff"), saw="gzip-compressed"),
    fires(bytes_sent(b"PK\x03\x04\x14\0\xff\xfe"), saw="a ZIP archive"),
    fires(bytes_sent(b"\xff\xd8\xff\xe0\0\x10JFIF", READS_TEXT), saw="is given text"),
    fires(bytes_sent(b"\x01\xfe\xff\x80\x90"), saw="no text at all"),
    quiet(bytes_sent(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", OPENS_IMAGE), name="run() opens images"),
    quiet(sent('{"data": [[1, 2]]}')),
)
