"""What it costs to hold a request body of 10,000 rows against its contract, as a ratio to parsing it."""

import json
import random

from benchmarks.measure import Ratio, in_turn, show
from checks.contract.validation import MOST, disagreements

ROWS, COLUMNS, WRONG = 10_000, 10, 2_000
AIM = 10.0
ROUNDS = 7
SCHEMA = {
    "type": "object",
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [f"c{number}" for number in range(COLUMNS)],
                "properties": {
                    f"c{number}": {"type": "number", "format": "double"} if number % 3 else {"type": "string"}
                    for number in range(COLUMNS)
                },
            },
        }
    },
}


def ratios() -> list[Ratio]:
    """Validation against parsing, of a body that is right and of one with 2,000 wrong rows; 50 errors are told."""
    made = []
    for wrong in (0, WRONG):
        text = body(wrong)
        value = json.loads(text)
        told = disagreements(SCHEMA, value).items
        assert len(told) == (MOST if wrong else 0)
        parse, judge = in_turn(ROUNDS, lambda text=text: json.loads(text), lambda value=value: _judge(value))  # type: ignore[misc]
        what = f"a payload of {ROWS:,} rows, {wrong or 'none'} wrong: validated / parsed"
        made.append(Ratio(what, f"{judge / parse:.1f}x of {parse * 1000:.0f} ms", f"< {AIM:.0f}x", judge / parse < AIM))
    return made


def _judge(value: object) -> None:
    disagreements(SCHEMA, value)


def body(wrong: int, seed: int = 6) -> str:
    """A request body with that many rows that hold one wrong value each, spread over all of it."""
    chance = random.Random(seed)
    rows = [
        {f"c{n}": chance.random() * 100 if n % 3 else f"text {chance.randrange(1000)}" for n in range(COLUMNS)}
        for _ in range(ROWS)
    ]
    for number in sorted(chance.sample(range(ROWS), wrong)):
        name = f"c{chance.randrange(COLUMNS)}"
        rows[number][name] = None
    return json.dumps({"data": rows})


if __name__ == "__main__":
    show(ratios())
