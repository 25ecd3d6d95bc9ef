"""How to explore a diagnosis interactively: the top floor, which may import `doctor` and `checks`."""
