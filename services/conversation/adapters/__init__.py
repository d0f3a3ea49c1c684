"""The outside: MongoDB, Kafka, the other services."""
