"""Root causes from text: logs, tracebacks, errors of SDKs and platforms, build output, events."""
