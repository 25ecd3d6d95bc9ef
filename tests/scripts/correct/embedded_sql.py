"""Looks rows up in a database that is part of the model folder."""
import json
import os
import sqlite3
from contextlib import closing

QUERY = """
SELECT id, title
  FROM items
 WHERE id IN ({marks})
"""
HTML = '''<!DOCTYPE html>
<html><body>%matplotlib is a text here, and so is !pip install</body></html>
'''


def init():
    global database
    database = os.path.join(os.environ["AZUREML_MODEL_DIR"], "items.db")


def run(data):
    ids = json.loads(data)["ids"]
    marks = ",".join("?" * len(ids))
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(QUERY.format(marks=marks), ids).fetchall()
    return {"rows": [list(row) for row in rows], "percent": 100 % 7, "page": len(HTML)}
