import json
import os

CONNECTION = (
    "DefaultEndpointsProtocol=https;AccountName=contosofeatures;"
    "AccountKey=c2FtcGxlLWtleS1vZi1hLXNlcnZpY2UtdGhhdC1kb2VzLW5vdC1leGlzdC1hdC1hbGwtYW5kLW5ldmVyLWRpZA==;"
    "EndpointSuffix=core.windows.net"
)


def init():
    global account, codes
    account = dict(part.split("=", 1) for part in CONNECTION.split(";"))["AccountName"]
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "codes.json")) as source:
        codes = json.load(source)


def run(data):
    return {"store": account, "code": codes[json.loads(data)["diagnosis"]]}
