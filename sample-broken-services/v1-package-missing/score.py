import json

from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request):
    if request.method != "POST":
        return AMLResponse("bad request", 400)
    words = request.get_data(False).decode("utf-8").split()
    return AMLResponse(json.dumps({"words": len(words)}), 200)
