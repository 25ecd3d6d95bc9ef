"""Raw HTTP by the names of the old package, which the server serves itself."""
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request):
    body = request.get_data()
    mode = body.decode("latin-1")
    if mode == "bytes":
        return AMLResponse(b"\x00\xff\x01", 200)
    if mode == "json":
        return AMLResponse({"a": 1}, 201, {"X-One": "1, 2"}, json_str=True)
    if mode == "keys":
        return AMLResponse({"a": 1}, 200)
    if mode == "none":
        return AMLResponse(None, 200)
    if mode == "refuse":
        return AMLResponse("no such customer", 400)
    if mode == "fail":
        return AMLResponse("broken", 500)
    if mode == "plain":
        return {"method": request.method, "form": dict(request.form), "json": request.is_json}
    if mode.startswith("{"):
        return {"json": request.json, "again": request.get_json(), "text": request.get_data(as_text=True)}
    if mode == "not json":
        return request.get_json(force=True)
    return {"kind": isinstance(request._get_current_object(), AMLRequest.__mro__[1]), "data": list(request.data[:4])}
