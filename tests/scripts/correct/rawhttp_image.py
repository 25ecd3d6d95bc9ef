import json
import os
from io import BytesIO

import torch
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse
from PIL import Image
from torchvision import transforms


def init():
    global model, to_tensor
    model = torch.load(
        os.path.join(os.environ["AZUREML_MODEL_DIR"], "resnet.pt"), map_location="cpu", weights_only=False
    )
    model.eval()
    to_tensor = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor()])


@rawhttp
def run(request: AMLRequest):
    if request.method == "GET":
        return AMLResponse(json.dumps({"url": request.full_path}), 200, {"Content-Type": "application/json"})
    if request.method != "POST":
        return AMLResponse("bad request, use POST", 405)
    image = Image.open(BytesIO(request.get_data(False)))
    with torch.no_grad():
        scores = model(to_tensor(image).unsqueeze(0))[0]
    response = AMLResponse({"class": int(scores.argmax())}, 200, json_str=True)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
