"""The script wants a person to sign in.

What it finds
-------------
Browser, device-code and command-line logins (`InteractiveBrowserCredential`, `DeviceCodeCredential`,
`AzureCliCredential`, `InteractiveLoginAuthentication`), `getpass.getpass()` and `huggingface_hub.login()` without a
token.

Why it breaks
-------------
Nobody sits at the container, and it has neither a browser nor the Azure command line. The login waits until the start
times out, or raises at once.

How to fix
----------
Use ManagedIdentityCredential or DefaultAzureCredential with the endpoint's identity; read tokens from environment
variables.

Learn more
----------
Source: the documentation of azure-identity.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls, keyword, last
from checks.entry_script.conditions import is_switched
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Finding, Fix, Severity, Stage

CREDENTIALS = frozenset(
    {"InteractiveBrowserCredential", "DeviceCodeCredential", "AzureCliCredential", "InteractiveLoginAuthentication"}
    | {"AzureCliAuthentication", "VisualStudioCodeCredential", "AzurePowerShellCredential"}
)
LOGINS = frozenset({"huggingface_hub.login", "huggingface_hub.notebook_login", "wandb.login"})


@check(
    "entry-script.interactive-login",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.credential-missing", "runtime.timeout", "runtime.program-missing", *RAISED, HIDDEN),
)
def interactive_login(evidence: Evidence) -> Iterator[Finding]:
    """Look up the calls that make a credential or ask for one."""
    script, module = entry_script(evidence)
    for call, name in calls(module):
        if not _asks(call, name):
            continue
        phases = reach(module).phases(call)
        if phases:
            chained = _is_chained(module, call)
            yield Finding(
                title=f"{last(name)}() wants a person to sign in",
                severity=Severity.INFO if chained or is_switched(module, call) else None,
                stage=STAGES[phases[0]],
                evidence=quotes(script, module, [call]),
                about=(*about_lines([call]), *about_phases(phases)),
                fixes=(_fix(script, module, call, name),),
            )


def _asks(call: ast.Call, name: str) -> bool:
    if name == "getpass.getpass":
        return True
    if name in LOGINS:
        return not call.args and not any(k.arg in {"token", "key"} for k in call.keywords)
    if last(name) in CREDENTIALS:
        return name.startswith(("azure.", "azureml."))
    browser = keyword(call, "exclude_interactive_browser_credential")
    return isinstance(browser, ast.Constant) and browser.value is False


def _is_chained(module: Module, call: ast.Call) -> bool:
    """One of several credentials that are tried in turn."""
    return any(
        isinstance(above, ast.Call) and last(module.called(above) or "") == "ChainedTokenCredential"
        for above in module.parents(call)
    )


def _fix(script: Script, module: Module, call: ast.Call, name: str) -> Fix:
    title = "use DefaultAzureCredential with the endpoint's managed identity"
    if name in {"getpass.getpass", *LOGINS}:
        return Fix(title="read the value from an environment variable of the deployment")
    if name.startswith("azure.identity.") and isinstance(call.func, ast.Attribute):
        return Fix(title=title, edits=(module.replace(script.path, call, "azure.identity.DefaultAzureCredential()"),))
    if name.startswith("azure.identity.") and "DefaultAzureCredential" in module.aliases:
        return Fix(title=title, edits=(module.replace(script.path, call, "DefaultAzureCredential()"),))
    return Fix(title=title)


_RUN = "def run(data): return 1\n"
CASES = (
    fires("from azure.identity import DeviceCodeCredential\ndef init():\n    DeviceCodeCredential()\n" + _RUN, line=3),
    fires(
        "from azureml.core.authentication import InteractiveLoginAuthentication as A\nauth = A(tenant_id='x')\n" + _RUN,
        saw="InteractiveLoginAuthentication()",
    ),
    fires("import getpass\nSECRET = getpass.getpass()\n" + _RUN),
    fires("from huggingface_hub import login\ndef init():\n    login()\n" + _RUN),
    quiet("from azure.identity import DefaultAzureCredential\ndef init():\n    DefaultAzureCredential()\n" + _RUN),
    quiet(
        "import os\nfrom huggingface_hub import login\ndef init():\n    login(token=os.environ['HF_TOKEN'])\n" + _RUN
    ),
    quiet(
        "from azure.identity import DeviceCodeCredential\n" + _RUN + "if __name__ == '__main__':\n"
        "    DeviceCodeCredential()\n"
    ),
    quiet("class AzureCliCredential: ...\nAzureCliCredential()\n" + _RUN),
)
