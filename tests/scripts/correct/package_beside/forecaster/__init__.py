from .core import Forecaster

__all__ = ["Forecaster"]
