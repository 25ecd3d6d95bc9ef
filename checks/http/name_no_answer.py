"""The name server gives no answer.

What it finds
-------------
A URL whose host could not be resolved because no name server answered, or none could for now.

Why it breaks
-------------
The client never learns an address. This says nothing of the service: the fault lies in the network of the machine that
asks, or in the name servers it is told to use.

How to fix
----------
Resolve another name from the same machine; when that fails too, repair its DNS settings (`/etc/resolv.conf`, VPN).

Learn more
----------
Python documentation, `socket.getaddrinfo`: EAI_AGAIN, "Temporary failure in name resolution".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.http.records import Name
from checks.http.scenes import HEALTHY, URL, live
from checks.http.seen import advise, by_hand, endpoint_of
from checks.runtime.wording import one_line, seconds_of, titled


@check("http.name-no-answer", needs=("endpoint",), stage=Stage.REQUEST, confidence=Confidence.CERTAIN)
def name_no_answer(evidence: Evidence) -> Iterator[Finding]:
    """Tell a silent name server from a name that does not exist."""
    endpoint = endpoint_of(evidence)
    name = endpoint.name
    if name is None or name.problem != "no-answer":
        return
    waited = f" after {seconds_of(name.seconds)}" if name.seconds else ""
    yield Finding(
        title=titled(f"no name server answers for {name.host}", 88),
        evidence=(Quote(source=f"name of {name.host}", text=f"{one_line(name.words) or 'no answer'}{waited}"),),
        about=(f"host:{name.host}",),
        fixes=(
            advise("resolve another name: when that fails too, repair this machine's DNS", "nslookup azure.com"),
            advise("behind a VPN or a private zone, see that its name server can be reached from here"),
        ),
        confirm=f"nslookup {name.host}",
        reproduce=by_hand(endpoint),
    )


SILENT = Name(host="score.example", problem="no-answer", words="Temporary failure in name resolution", seconds=5.0)
CASES = (
    fires(live(url="http://score.example/score", name=SILENT), saw="Temporary failure", findings=1),
    quiet(live(HEALTHY)),
    quiet(live(url=URL, name=Name(host="x", problem="unknown")), name="no such name"),
)
