"""The frames of /swagger.json, with $SERVICE_NAME$, $SERVICE_VERSION$ and $PATH_PREFIX$ where the server fills in.

Source: azureml-inference-server-http 1.5.1, `server/swagger2_template.json` and `server/swagger3_template.json`. Keys
are in the order in which the server sends them; a test holds every one against the real server.
"""

from collections.abc import Callable
from typing import Any

Part = dict[str, Any]

NAME, VERSION, PREFIX = "$SERVICE_NAME$", "$SERVICE_VERSION$", "$PATH_PREFIX$"

_HEALTHY = "If service is up and running, this response will be returned with the content 'Healthy'"
_SCORED = "The service processed the input correctly and provided a result prediction, if applicable."
_INPUT = "The input payload for executing the real-time machine learning service."
_FAILED = "The service failed to execute due to an error."

_ABOUT = {
    "title": NAME,
    "description": f"API specification for the Azure Machine Learning service {NAME}",
    "version": VERSION,
}
_SECURED: list[Part] = [{"Bearer": []}]
_BEARER = {"type": "apiKey", "name": "Authorization", "in": "header", "description": "For example: Bearer abc123"}
_ERROR = {"type": "object", "properties": {"message": {"type": "string"}}}
_DEFINITIONS = {"ServiceInput": None, "ServiceOutput": None, "ErrorResponse": _ERROR}


def swagger_2() -> Part:
    """The frame of 2.0; the schemas of what run() is given and answers are null yet."""
    return {
        "swagger": "2.0",
        "info": _ABOUT,
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"Bearer": _BEARER},
        "paths": _paths(
            body={"parameters": [_body_parameter()]},
            version={"type": "integer", "enum": [2, 3]},
            healthy={"schema": {"type": "string"}, "examples": {"application/json": "Healthy"}},
            document={"schema": {"type": "string"}},
            referring=lambda name: {"schema": {"$ref": f"#/definitions/{name}"}},
        ),
        "definitions": _DEFINITIONS,
    }


def openapi_3(version: str) -> Part:
    """The frame of 3.0.3 and of 3.1.0; the schemas of what run() is given and answers are null yet."""

    def referring(name: str) -> Part:
        return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

    return {
        "openapi": version,
        "info": _ABOUT,
        "security": _SECURED,
        "paths": _paths(
            body={"requestBody": {"description": _INPUT, **referring("ServiceInput")}},
            version={"schema": {"type": "integer", "enum": [2, 3]}},
            healthy={"content": {"text/plain": {"schema": {"type": "string", "example": "Healthy"}}}},
            document={"content": {"text/plain": {"schema": {"type": "string"}}}},
            referring=referring,
        ),
        "components": {"schemas": _DEFINITIONS, "securitySchemes": {"Bearer": _BEARER}},
    }


def _body_parameter() -> Part:
    return {
        "name": "serviceInputPayload",
        "in": "body",
        "description": _INPUT,
        "schema": {"$ref": "#/definitions/ServiceInput"},
    }


def _paths(body: Part, version: Part, healthy: Part, document: Part, referring: Callable[[str], Part]) -> Part:
    """The three paths. The parts differ between 2 and 3; `referring` leads to a definition."""

    def responses(description: str, content: Part) -> Part:
        failed = {"description": _FAILED, **referring("ErrorResponse")}
        return {"responses": {"200": {"description": description, **content}, "default": failed}}

    return {
        f"{PREFIX}/": {
            "get": {
                "operationId": "ServiceHealthCheck",
                "description": "Simple health check endpoint to ensure the service is up at any given point.",
                **responses(_HEALTHY, healthy),
            }
        },
        f"{PREFIX}/score": {
            "post": {
                "operationId": "RunMLService",
                "description": "Run web service's model and get the prediction output",
                "security": _SECURED,
                **body,
                **responses(_SCORED, referring("ServiceOutput")),
            }
        },
        f"{PREFIX}/swagger.json": {
            "get": {
                "operationId": "GetSwaggerSpec",
                "description": "Get the Swagger specification.",
                "parameters": [{"name": "version", "in": "query", "required": False, **version}],
                **responses("The Swagger specification.", document),
            }
        },
    }
