import json
import os
import sqlite3

if __name__ == "__main__":

    def init():
        global stock
        path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "stock.json")
        stock = sqlite3.connect(":memory:", check_same_thread=False)
        stock.execute("create table stock (item text, pieces int)")
        with open(path) as source:
            stock.executemany("insert into stock values (?, ?)", json.load(source).items())

    def run(data):
        item = json.loads(data)["item"]
        found = stock.execute("select pieces from stock where item = ?", (item,)).fetchone()
        return {"item": item, "pieces": found[0] if found else 0}

    init()
    print(run('{"item": "valve"}'))
