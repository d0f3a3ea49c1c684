"""The stack on one machine: real MongoDB, real Kafka, the four services; for people, tests, faults and benchmarks alike."""
