import json


def init():
	global factor
	factor = 2


def run(data):
	rows = json.loads(data)["data"]
	if not rows:
		return []
	return [factor * row for row in rows]
