import json
import os


def init():
    global answers
    with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "answers.json")) as source:
        answers = json.load(source)


async def run(data):
    question = json.loads(data)["question"].lower()
    best = max(answers, key=lambda known: len(set(known.split()) & set(question.split())))
    return {"answer": answers[best]}
