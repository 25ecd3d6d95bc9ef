"""Contracts as they are handed over or made: documents, what a script declares, payloads that attack."""
