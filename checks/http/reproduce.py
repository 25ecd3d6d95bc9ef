"""Lines that show the same as a finding, to paste: curl, and Python's requests. No key stands in them."""

from checks.http.records import Call, Endpoint


def reproduced(endpoint: Endpoint, call: Call) -> tuple[str, str]:
    """The request of a call, for curl and as a line of Python. A key is a variable of the shell: its name is the
    endpoint's, else `KEY`. The body is the sample's file (`@sample.json`).
    """
    raise NotImplementedError
