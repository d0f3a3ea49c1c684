"""How a Baton process lives: gRPC, Kafka, ops HTTP, logging, clock, errors, who calls. No word of what the services are for."""
