from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as Std
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    global seen
    seen = 0


@input_schema(param_name="text", param_type=Std("some words"))
@input_schema(param_name="limit", param_type=Std(10), optional=True)
@input_schema("options", Std({"lower": True, "stop": ["a", "the"]}))
@output_schema(output_type=Std({"words": ["a"], "count": 1}))
def run(text, options, limit=None, request_headers=None):
    global seen
    seen += 1
    words = text.lower().split() if options.get("lower") else text.split()
    words = [w for w in words if w not in options.get("stop", ())][:limit]
    return {"words": words, "count": len(words)}
