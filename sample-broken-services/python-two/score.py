# -*- coding: utf-8 -*-
import json
import os
import pickle


def init():
    global intents
    path = os.path.join(os.getenv('AZUREML_MODEL_DIR'), 'intents.pkl')
    print 'loading', path
    with open(path, 'rb') as source:
        intents = pickle.load(source)


def run(raw):
    words = json.loads(raw)['text'].lower().split()
    scores = dict((name, len(set(words) & known)) for name, known in intents.items())
    return {'intent': max(scores, key=scores.get)}
