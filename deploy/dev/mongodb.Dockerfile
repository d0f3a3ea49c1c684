# A MongoDB for trying the chart out and for `make test-cluster`; never for production, never published (docs/adr/0009).
# Build from the root of the repository, after `make install-dev` has fetched the local stack's mongod.
ARG BASE_IMAGE=python:3.11-slim
FROM ${BASE_IMAGE}
# What the pinned mongod is linked with, in the distribution's current versions.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends libcurl4 liblzma5 libssl3 && rm -rf /var/lib/apt/lists/*
COPY requirements/auth.txt /tmp/
# auth's lock has pymongo, with which the replica set is begun.
RUN python3 -m pip install --no-cache-dir --require-hashes -r /tmp/auth.txt
COPY .local/parts/mongod-6.0.5/mongod /usr/local/bin/mongod
COPY deploy/dev/run_mongodb.py /opt/run_mongodb.py
USER 10001:10001
ENTRYPOINT ["python3", "/opt/run_mongodb.py"]
