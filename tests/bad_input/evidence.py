"""What is left behind: the databases' content, the processes and what they wrote to their logs."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from deploy.local.keys import SERVICES
from tests.harness.site import Site

DATABASES = ("baton_auth", "baton_conversation")
# What changes by itself: who is logged in, who is there, and what follows from the log a moment later.
BY_ITSELF = {"sessions", "tickets", "presence", "presence_reports", "leases", "conversations"}
# And the fields that do: when a stream was last open.
FIELDS_BY_ITSELF = {"seen_at": False}
# It calls it an error when a machine stands still for some seconds and it has to join its group again.
OF_GROUPS = "aiokafka.consumer.group_coordinator"


def content(site: Site) -> dict[str, str]:
    """Return the digest of each collection; of the log, without what the sweep adds."""
    found = {}
    with MongoClient[RawBSONDocument](site.mongodb_uri, document_class=RawBSONDocument) as client:
        for name in DATABASES:
            for collection in client[name].list_collection_names():
                if collection in BY_ITSELF:
                    continue
                query: dict[str, Any] = {"actor.k": {"$ne": "system"}} if collection == "events" else {}
                digest = hashlib.sha256()
                for document in client[name][collection].find(query, FIELDS_BY_ITSELF).sort("_id"):
                    digest.update(document.raw)
                found[f"{name}.{collection}"] = digest.hexdigest()
    return found


def _log(site: Site, service: str) -> Path:
    return site.plan.home / "logs" / f"{service}.log"


@dataclass
class Processes:
    """The services from here on."""

    site: Site
    _sizes: dict[str, int] = field(default_factory=dict)
    _pids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sizes = {service: _log(self.site, service).stat().st_size for service in SERVICES}
        self._pids = {name: running.pid for name, running in self.site.stack.running.items()}

    def logs(self) -> dict[str, str]:
        """Return what each service has written since."""
        found = {}
        for service in SERVICES:
            with _log(self.site, service).open("rb") as text:
                text.seek(self._sizes[service])
                found[service] = text.read().decode(errors="replace")
        return found

    def complaints(self) -> list[str]:
        """Say which processes ended, and which of their log lines are of a fault."""
        running = self.site.stack.running
        ended = [running[name].obituary() for name, pid in self._pids.items() if running[name].exit_code is not None or running[name].pid != pid]
        return ended + [f"{service}: {line[:2_000]}" for service, text in self.logs().items() for line in text.splitlines() if _is_fault(line)]


def _is_fault(line: str) -> bool:
    if "Traceback" in line:
        return True
    try:
        entry = json.loads(line)
    except ValueError:
        # Lines of libraries that write past the log; a warning among them is not a fault of Baton's.
        return "ERROR" in line
    if not isinstance(entry, dict) or entry.get("logger") == OF_GROUPS:
        return False
    return str(entry.get("level", "")).lower() in {"error", "critical"}
