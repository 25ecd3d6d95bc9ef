"""Payloads made from the contract, valid ones and slightly invalid ones, run through the probe until one shows
something; then made as small as possible.
"""

from checks.contract.contracts import Contract
from checks.contract.records import Attack
from checks.evidence import Missing
from doctor.probe.launcher import Rehearsal

EXAMPLES = 100  # payloads that are tried, half of them invalid
SECONDS = 30.0  # that an attack may take


def attack(
    rehearsal: Rehearsal, contract: Contract, *, examples: int = EXAMPLES, seconds: float = SECONDS, seed: int = 0
) -> Attack | Missing:
    """Try payloads that the contract allows and some that it forbids. The same seed tries the same payloads.

    The service is loaded once and stays; a payload that ends its process is a failure like others, and it is loaded
    anew. Missing says why nothing was tried: no contract that says anything, init() fails, no interpreter.
    """
    raise NotImplementedError
