import numpy as np


def clean(rows):
    return [[value or 0.0 for value in row] for row in rows]


def to_matrix(rows):
    return np.asarray(rows, dtype=float)
