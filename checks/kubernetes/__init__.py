"""What can be wrong between a Kubernetes workload and its line of code."""
