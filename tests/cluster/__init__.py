"""What is proved on a real Kubernetes: `make test-cluster`. The tests run in the order in which they stand, on one release."""
