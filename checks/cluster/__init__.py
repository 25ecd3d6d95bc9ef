"""What a Kubernetes API server says, typed: its objects as far as they matter, and the slice about one workload."""
