"""MongoDB and Kafka for trying the chart out; not for production."""
