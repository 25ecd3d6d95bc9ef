"""The script finds no identity to sign in with.

What it finds
-------------
The messages of azure-identity, boto3 and google-auth when no credential works, and requests answered with 401.

Why it breaks
-------------
On a laptop the script signed in as its author. A deployment has a managed identity at most, which must be assigned,
allowed and, when it is user-assigned, named by AZURE_CLIENT_ID. Without it init() fails and the worker exits with code
3; an interactive login waits for ever.

How to fix
----------
Give the endpoint an identity and the role it needs, and use DefaultAzureCredential; or do without the call.

Learn more
----------
Product documentation, "Access Azure resources from an online endpoint with a managed identity".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.credential-missing", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def credential_missing(evidence: Evidence) -> Iterator[Finding]:
    """Point at the call that wants to sign in."""
    for failure in told_by("runtime.credential-missing", evidence):
        yield failure.finding(
            f"{failure.phase.value} signs in with an identity that is not there",
            confidence=Confidence.POSSIBLE if "Azure" in failure.headline or "Managed" in failure.headline else None,
            fixes=(
                Fix(
                    title="assign an identity to the endpoint, give it the role, and name it by AZURE_CLIENT_ID",
                    commands=("environment_variables:", "  AZURE_CLIENT_ID: <client id of the identity>"),
                ),
            ),
        )


SCRIPT = """from azure.identity import DefaultAzureCredential

def init():
    DefaultAzureCredential().get_token("x")

def run(data): return 1
"""
HERE = at(SCRIPT, "get_token")

CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "ClientAuthenticationError",
                "DefaultAzureCredential failed to retrieve a token from the included credentials.",
                HERE,
            ),
        ),
        saw="init signs in with an identity that is not there",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, raised_in(Phase.INIT, "NoCredentialsError", "Unable to locate credentials", HERE))),
    quiet(
        seen(SCRIPT, raised_in(Phase.INIT, "HttpResponseError", "(BlobNotFound) The specified blob does not exist."))
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "KeyError", "'AZURE_CLIENT_ID'", HERE))),
    quiet(seen(SCRIPT, *started())),
)
