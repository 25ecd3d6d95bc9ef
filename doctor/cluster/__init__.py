"""How a Kubernetes cluster is looked at: the API server, its lists, logs and containers, and from there to a report."""
