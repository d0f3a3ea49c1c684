"""MongoDB and Kafka as operators run them: TLS alone, a user with a password and with no more rights than Baton needs."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.local import kafka_broker, mongodb
from deploy.local.parts import run_quietly
from deploy.local.ports import free_port
from deploy.local.running import Running, wait_for_port
from tests.harness.authority import Authority

START_SECONDS = 180
USER, ADMINISTRATOR = "baton", "administrator"
DATABASES = ("baton_auth", "baton_conversation", "baton_analytics")

# What makes the local stack's broker a locked one; users are written when the folder is formatted.
KAFKA_PROPERTIES = """\
listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule \
required username="administrator" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
"""


@dataclass(frozen=True)
class LockedServers:
    """Where they are, and how one gets in."""

    mongodb_uri: str
    kafka_bootstrap_servers: str
    ca_file: Path
    password: str

    def settings(self) -> dict[str, dict[str, str]]:
        """Return the settings of each service with which it gets in, without the service's prefix."""
        store = {"MONGODB_TLS_CA_FILE": str(self.ca_file)}
        topics = {
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_USERNAME": USER,
            "KAFKA_SASL_PASSWORD": self.password,
            "KAFKA_TLS_CA_FILE": str(self.ca_file),
        }
        return {"auth": store, "conversation": store | topics, "analytics": store | topics, "realtime": topics}


@contextmanager
def locked_servers(home: Path) -> Iterator[LockedServers]:
    """Start both in a folder and end them whatever happens."""
    authority = Authority(home / "tls")
    password = secrets.token_urlsafe(16)
    certificate = authority.give(home / "tls" / "server.pem")
    ports = free_port(), free_port()
    running: list[Running] = []
    try:
        running.append(Running("kafka", _kafka_command(home / "kafka", ports[1], password, certificate, authority.file), home / "kafka.log"))
        running.append(Running("mongodb", _mongod_command(home, ports[0], certificate, authority.file), home / "mongodb.log"))
        _make_users(running[1], ports[0], password, authority.file)
        wait_for_port(running[0], "127.0.0.1", ports[1], time.monotonic() + START_SECONDS)
        uri = f"mongodb://{USER}:{password}@127.0.0.1:{ports[0]}/?replicaSet={mongodb.REPLICA_SET}&authSource=admin"
        yield LockedServers(uri, f"127.0.0.1:{ports[1]}", authority.file, password)
    finally:
        for one in running:
            one.kill()


def _mongod_command(home: Path, port: int, certificate: Path, ca_file: Path) -> list[str]:
    key_file = home / "tls" / "members.key"
    key_file.write_text(secrets.token_hex(32))
    key_file.chmod(0o600)
    tls = ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(certificate), "--tlsCAFile", str(ca_file), "--tlsAllowConnectionsWithoutCertificates"]
    return [*mongodb.command(mongodb.find_mongod(), port, home / "mongodb"), "--auth", "--keyFile", str(key_file), *tls]


def _make_users(running: Running, port: int, password: str, ca_file: Path) -> None:
    """Begin the replica set, and make who may do everything, which may be done here without a name, then who may read and write Baton's databases."""
    wait_for_port(running, "127.0.0.1", port, time.monotonic() + START_SECONDS)
    options: dict[str, Any] = {"directConnection": True, "tls": True, "tlsCAFile": str(ca_file)}
    with MongoClient[dict[str, Any]]("127.0.0.1", port, **options) as client:
        members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
        client.admin.command("replSetInitiate", {"_id": mongodb.REPLICA_SET, "members": members})
        _wait_for_primary(running, client)
        client.admin.command("createUser", ADMINISTRATOR, pwd=password, roles=["root"])
    with MongoClient[dict[str, Any]]("127.0.0.1", port, username=ADMINISTRATOR, password=password, **options) as client:
        client.admin.command("createUser", USER, pwd=password, roles=[{"role": "readWrite", "db": name} for name in DATABASES])


def _wait_for_primary(running: Running, client: MongoClient[dict[str, Any]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_primary(client):
        running.check()
        if time.monotonic() > deadline:
            raise TimeoutError(running.obituary())
        time.sleep(0.05)


def _is_primary(client: MongoClient[dict[str, Any]]) -> bool:
    try:
        return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False


def _kafka_command(home: Path, port: int, password: str, certificate: Path, ca_file: Path) -> list[str]:
    """Format the broker's folder with its users in it, and return the command line."""
    java, libraries = kafka_broker.find_java(), kafka_broker.find_libraries()
    home.mkdir(parents=True)
    properties = home / "server.properties"
    open_one = kafka_broker.PROPERTIES.format(port=port, controller_port=free_port(), data=home)
    locks = KAFKA_PROPERTIES.format(password=password, keystore=certificate, truststore=ca_file)
    properties.write_text(open_one.replace(f"PLAINTEXT://127.0.0.1:{port}", f"SASL_SSL://127.0.0.1:{port}") + locks)
    line = [str(java), *kafka_broker.OPTIONS, "-cp", f"{libraries}/*"]
    users = [word for user in (USER, ADMINISTRATOR) for word in ("--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]")]
    run_quietly([*line, "kafka.tools.StorageTool", "format", "-t", "QmF0b24tbG9ja2VkLW9uZQ", "-c", str(properties), *users])
    return [*line, "kafka.Kafka", str(properties)]
