import pickle
import sys


class PriorityRules:
    def __init__(self, limit):
        self.limit = limit

    def predict(self, order):
        return "high" if order["value"] > self.limit or order["express"] else "normal"


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as target:
        pickle.dump(PriorityRules(limit=500), target, protocol=4)
