#!/usr/bin/env python
import json, os; import math as m

TABLE = {
  "a": [1, 2,
        3],
	"b": (4,
  5),
}
total = TABLE["a"][0] + \
    TABLE["b"][1]

def init():
 global offset; offset = total

def run(data):
        values = json.loads(data)
        if not isinstance(values, list): values = [values]
        return [m.sqrt(abs(v)) + offset
   for v in values]
