"""Outwards: the other services, Kafka, presence reports. The only place that knows protobuf."""
