"""What Azure's refusals mean: the right behind an action, the fault behind a code of the sign-in service."""

import re
from collections.abc import Mapping

from checks.dependencies.names import rows
from checks.logs.place import Place, Reader

ROOM = 55  # characters that a title has for an action


def azure_action(_: Place, fields: Mapping[str, str]) -> Mapping[str, str]:
    """What an action (`Microsoft.X/y/write`) is for, and the role that allows it: `purpose`, `role`.

    The longest row of azure_actions.tsv that begins the action decides.
    """
    action = fields["action"]
    fitting = [row for row in rows("azure_actions") if action.lower().startswith(row[0].lower())]
    if fitting:
        row = max(fitting, key=lambda row: len(row[0]))
        return {"purpose": row[1], "role": row[2]}
    verb = action.rpartition("/")[2].lower()
    role = {"read": "Reader", "write": "Contributor", "delete": "Contributor"}.get(verb, "Contributor")
    return {"purpose": f"{verb} {action.rpartition('/')[0] or action}", "role": role}


def azure_scope(place: Place, fields: Mapping[str, str]) -> Mapping[str, str]:
    """As `azure_action`, and `resource` (the end of the scope), `scope`, and `right`, the action cut for a title."""
    scope = fields.get("scope", "").rstrip("/'\" .")
    parts = [part for part in scope.split("/") if part]
    known = re.fullmatch(r"[\w.-]+", parts[-1]) if parts else None
    resource = f"`{parts[-2]}/{parts[-1]}`" if known and len(parts) > 1 else "the scope named"
    right = fields["action"]
    while len(right) > ROOM and "/" in right:
        right = right.partition("/")[2]
    right = right if right == fields["action"] else f"…/{right}"
    return {**azure_action(place, fields), "resource": resource, "scope": scope or "<scope>", "right": right}


def credential(place: Place, _: Mapping[str, str]) -> Mapping[str, str]:
    """What the managed identity in a chain of credentials said, as `reason`."""
    reasons = (
        ("Identity not found", "the identity asked for is not assigned to this resource"),
        ("isn't assigned", "the identity asked for is not assigned to this resource"),
        ("Multiple user assigned", "several user-assigned identities exist and none is named"),
        ("IMDS endpoint", "no managed identity endpoint answers: the container has no identity"),
        ("No managed identity", "no managed identity endpoint is found: the container has no identity"),
        ("no managed identity", "no managed identity endpoint is found: the container has no identity"),
        ("invalid_client", "the secret of the service principal is invalid"),
        ("not fully configured", "neither variables of a service principal nor a managed identity are there"),
    )
    near = " ".join(line.text for line in place.lines[place.position : place.position + 14])
    return {"reason": next((told for word, told in reasons if word in near), "none of the sources is set up")}


def sign_in(_: Place, fields: Mapping[str, str]) -> Mapping[str, str]:
    """What a code of Microsoft Entra ID says (aadsts.tsv): `fault`, `mechanism`, `cure`."""
    code = fields["code"]
    for number, fault, mechanism, cure in rows("aadsts"):
        if number == code:
            return {"fault": fault, "mechanism": mechanism, "cure": cure}
    return {
        "fault": f"the sign-in was refused with error {code}",
        "mechanism": "No token is issued, so the call is not authorized.",
        "cure": f"read the text beside the code, and look it up at https://login.microsoftonline.com/error?code={code}",
    }


def hub_model(place: Place, _: Mapping[str, str]) -> Mapping[str, str]:
    """The `model` of the Hugging Face hub that the lines around speak of."""
    named = re.compile(
        r"huggingface\.co/(?:api/models/)?([\w.-]+/[\w.-]+?)(?:/|\.?$|[.]? |'|\")|Access to model ([\w.-]+/[\w.-]+)"
    )
    near = place.lines[max(0, place.position - 30) : place.position + 10]
    found = next((found for line in near if (found := named.search(line.text))), None)
    return {"model": (found[1] or found[2]).rstrip(".")} if found else {"model": "asked for"}


READERS: dict[str, Reader] = {
    "hub_model": hub_model,
    "azure_scope": azure_scope,
    "credential": credential,
    "sign_in": sign_in,
}
"""The readers of this file by the name that signatures use."""
