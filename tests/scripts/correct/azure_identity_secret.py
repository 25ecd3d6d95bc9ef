import json
import os

from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient


def init():
    global client, password
    credential = ManagedIdentityCredential() if os.environ.get("MSI_ENDPOINT") else DefaultAzureCredential()
    client = SecretClient(vault_url=os.environ["VAULT_URL"], credential=credential)
    password = client.get_secret("database-password").value


def run(data):
    name = json.loads(data)["name"]
    return {"name": name, "known": bool(password)}
