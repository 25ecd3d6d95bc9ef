"""What can be wrong with a model service: evidence types, findings, checks and their ranking.

This floor does no I/O. It sees evidence and answers with findings; who collected the evidence, and how, it never knows.
"""
