"""Loads well, but the second argument of run() is never sent."""


def init():
    pass


def run(data, extra):
    return data
