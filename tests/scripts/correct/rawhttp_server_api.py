from azureml_inference_server_http.api.aml_request import AMLRequest, rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    print("This is init()")


@rawhttp
def run(req: AMLRequest) -> AMLResponse:
    upload = req.files.get("image")
    if upload is None:
        return AMLResponse("send a file named image", 400)
    return AMLResponse({"bytes": len(upload.read())}, 200, json_str=True)
