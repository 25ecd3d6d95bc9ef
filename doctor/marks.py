"""The signs that stand beside a severity or an outcome, and those for a terminal that knows ASCII alone."""

MARKS = {"error": "✗", "warning": "!", "info": "i", "passed": "✓", "skipped": "–", "crashed": "☠"}
ASCII_MARKS = {"error": "x", "warning": "!", "info": "i", "passed": "+", "skipped": "-", "crashed": "#"}
