"""A web page or XML is sent as the payload.

What it finds
-------------
A body that is HTML or XML where JSON is read. An HTML page is often one that a proxy, a login or a gateway answered
when the payload was downloaded.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Fetch the payload again and look at it before it is sent; turn XML into the JSON that run() reads.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_TEXT, sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.runtime.wording import one_line


@check("contract.markup-sent", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def markup_sent(evidence: Evidence) -> Iterator[Finding]:
    """Name the page by its title."""
    for one in told("contract.markup-sent", evidence):
        known = one.reading.foreign
        assert known
        page = known.kind == "html"
        titled = f": {one_line(known.name, 40)}" if known.name else ""
        yield one.finding(
            f"{one.file} is a web page{titled}"
            if page
            else f"{one.file} is XML (<{one_line(known.name, 30)}>), and {one.wanted.who} reads JSON",
            Fix(title="download the payload again, signed in, and see that it is JSON")
            if page
            else Fix(title="turn the XML into JSON with the keys that are read"),
            saw=(one.first(),),
        )


CASES = (
    fires(
        sent("<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>"),
        saw="502 Bad Gateway",
        line=1,
        findings=1,
    ),
    fires(sent('<?xml version="1.0"?><rows><row>1</row></rows>'), saw="is XML (<rows>)"),
    quiet(sent('{"data": ["<html></html>"]}'), name="a page inside of a text"),
    quiet(sent("<p>hello</p>", READS_TEXT, "sample.txt"), name="a service of texts"),
)
