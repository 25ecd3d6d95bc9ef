"""A text that run() decodes as base64 is none.

What it finds
-------------
Where the code of run() decodes base64: bytes as Python prints them (`b'...'`), a URL or the path of a file in place of
its content, the alphabet of URLs (`-` and `_`), and base64 whose padding was cut off.

Why it breaks
-------------
b64decode() passes over characters that are not of its alphabet and decodes the rest, unless it is told to validate:
the bytes are wrong and an image cannot be opened, or `Incorrect padding` is raised. The client gets 500.

How to fix
----------
Send base64 of the content, as text: `base64.b64encode(content).decode()`.

Learn more
----------
Python documentation, `base64.b64decode` and `base64.urlsafe_b64decode`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract import base64_flaws as flaws
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import place, tell
from checks.contract.value_scenes import to_code
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage

CURES = {
    flaws.PRINTED: ("decode the bytes to text before they are sent", "base64.b64encode(content).decode()"),
    flaws.URL: ("send the content that is found there", "base64.b64encode(requests.get(url).content).decode()"),
    flaws.PATH: ("send the content of the file", 'base64.b64encode(open(path, "rb").read()).decode()'),
    flaws.SAFE: ("send the usual alphabet", 'text.replace("-", "+").replace("_", "/")'),
    flaws.CUT: ("send the padding as well", 'text + "=" * (-len(text) % 4)'),
}


@check("contract.base64-broken", needs=("samples",), stage=Stage.RUN)
def base64_broken(evidence: Evidence) -> Iterator[Finding]:
    """Say what the text is."""
    for fault in faults(evidence, "base64-broken"):
        title, command = CURES[fault.expected]
        said = Fix(title=title, commands=(command,))
        yield tell(fault, f"{place(fault)} is {fault.expected}, and run() decodes base64: {cut(fault.seen, 24)}", said)


DECODES = 'import base64, json\ndef run(raw):\n    return len(base64.b64decode(json.loads(raw)["image"]))\n'
PADS = DECODES.replace('["image"]', '["image"] + "=="')

CASES = (
    fires(to_code({"image": "b'aGVsbG8gd29ybGQhISE='"}, DECODES), saw="bytes as Python prints them", findings=1),
    fires(to_code({"image": "C:\\pictures\\cat.png"}, DECODES), saw="the path of a file", line=1),
    fires(to_code({"image": "https://example.com/cat.png"}, DECODES), saw="is a URL"),
    fires(to_code({"image": "-__-aGVsbG8gd29ybGQh"}, DECODES), saw="base64 of URLs"),
    fires(to_code({"image": "aGVsbG8gd29ybGQhISE"}, DECODES), saw="without its padding"),
    quiet(to_code({"image": "aGVsbG8gd29ybGQhISE="}, DECODES)),
    quiet(to_code({"image": "aGVsbG8gd29y\nbGQhISE="}, DECODES), name="in lines"),
    quiet(to_code({"image": "/9j/4AAQSkZJRgABAQAAAQABAAD/"}, DECODES), name="a JPEG begins with a slash"),
    quiet(to_code({"image": "aGVsbG8gd29ybGQhISE"}, PADS), name="run() adds the padding"),
    quiet(to_code({"image": "data:image/png;base64,iVBORw0KGgo="}, DECODES), name="a prefix has a check of its own"),
)
