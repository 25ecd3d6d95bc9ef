import json
import os
import pickle

from azureml.api.schema.dataTypes import DataTypes
from azureml.api.schema.sampleDefinition import SampleDefinition
from azureml.api.realtime.services import generate_schema


def init():
    global thresholds
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "thresholds.pkl"), "rb") as source:
        thresholds = pickle.load(source)


def run(input_df):
    rows = json.loads(input_df)
    return json.dumps([row["vibration"] > thresholds[row["machine"]] for row in rows])


def main():
    inputs = {"input_df": SampleDefinition(DataTypes.STANDARD, [{"machine": "M1", "vibration": 0.4}])}
    print(generate_schema(run_func=run, inputs=inputs, filepath="service_schema.json"))


if __name__ == "__main__":
    main()
