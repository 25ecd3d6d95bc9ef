import ctypes
import json

SIZE = 64 * 1024 * 1024
libc = ctypes.CDLL(None)


def new_table():
    # malloc gives a pointer; ctypes takes the result of a function for an int, and cuts off its upper half
    table = libc.malloc(SIZE)
    libc.memset(table, 0, SIZE)
    return (ctypes.c_uint8 * SIZE).from_address(table)


def init():
    global table
    table = new_table()
    with open("/var/azureml-app/words.txt") as words:
        for word in words:
            table[hash(word.strip()) % SIZE] = 1


def run(data):
    return {"known": bool(table[hash(json.loads(data)["word"]) % SIZE])}
