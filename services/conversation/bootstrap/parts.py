"""What the wiring of the core hands to the wiring of the views, and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc.aio
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.access_tokens import AccessTokenVerifier
from servicekit.clock import Clock
from servicekit.ops_http import Readiness

from services.conversation.adapters.auth_client import AuthClient
from services.conversation.adapters.mongo_event_store import MongoEventStore
from services.conversation.adapters.mongo_policies import MongoPolicies
from services.conversation.entrypoints.platform_service import Watching
from services.conversation.ports.surroundings import Typing
from services.conversation.settings import Settings
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.states import States
from services.conversation.use_cases.tell_availability import TellAvailability
from services.conversation.use_cases.transfer import TransferToAgent


@dataclass(frozen=True)
class Core:
    """What decides and appends."""

    settings: Settings
    clock: Clock
    readiness: Readiness
    database: AsyncDatabase[dict[str, Any]]
    store: MongoEventStore
    states: States
    policies: MongoPolicies
    carry_out: CarryOut
    transfer: TransferToAgent
    auth: AuthClient
    tokens: AccessTokenVerifier


@dataclass(frozen=True)
class Views:
    """What reads and streams."""

    availability: TellAvailability
    typing: Typing
    watching: Watching
    # Adds AgentService and InternalService to the internal listener, and their full names.
    add_services: Sequence[Callable[[grpc.aio.Server], None]]
    service_names: Sequence[str]
