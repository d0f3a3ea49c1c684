"""WorkspaceService: what a workspace has set, for the gateway. Failures are named in the contract."""
# ruff: noqa: N802  # the methods' names are the contract's

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import grpc.aio
from baton.conversation.v1 import workspace_pb2, workspace_pb2_grpc
from servicekit.caller import Role, user_caller
from servicekit.errors import InvalidError

from services.conversation.domain.policy import OpenHours, Policy
from services.conversation.domain.system_messages import FIXED_CODES, STANDARD_TEXTS
from services.conversation.domain.texts import optional_text, seq_number
from services.conversation.domain.workspace_settings import SettingsChange, StoredSettings
from services.conversation.entrypoints.control_proto import write_moment
from services.conversation.use_cases.workspace_settings import Editor, WorkspaceSettings

Context = grpc.aio.ServicerContext[Any, Any]
SERVICE_NAME = workspace_pb2.DESCRIPTOR.services_by_name["WorkspaceService"].full_name


class WorkspaceService(workspace_pb2_grpc.WorkspaceServiceServicer):
    """Decodes, calls, encodes."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        """All rules are in the use case."""
        self._settings = settings

    async def GetWorkspaceSettings(self, _request: workspace_pb2.GetWorkspaceSettingsRequest, _context: Context) -> workspace_pb2.GetWorkspaceSettingsResponse:
        """What is set, and by whom it was changed."""
        caller = user_caller()
        stored = await self._settings.of(caller.workspace_id)
        seen = stored.changes if caller.role >= Role.ADMINISTRATOR else ()
        return workspace_pb2.GetWorkspaceSettingsResponse(
            settings=_write(stored), standard_texts=_texts(STANDARD_TEXTS, without=FIXED_CODES), changes=[_write_change(change) for change in seen]
        )

    async def UpdateWorkspaceSettings(
        self, request: workspace_pb2.UpdateWorkspaceSettingsRequest, _context: Context
    ) -> workspace_pb2.UpdateWorkspaceSettingsResponse:
        """Replace what is set."""
        caller = user_caller(Role.ADMINISTRATOR)
        editor = Editor(caller.workspace_id, caller.account_id, caller.name)
        revision = seq_number("settings.revision", request.settings.revision)
        stored = await self._settings.change(editor, _read(request.settings), revision)
        return workspace_pb2.UpdateWorkspaceSettingsResponse(settings=_write(stored))


def _read(settings: workspace_pb2.WorkspaceSettings) -> Policy:
    texts: dict[str, dict[str, str]] = {}
    for index, one in enumerate(settings.texts):
        texts.setdefault(one.language, {})[one.code] = optional_text(f"settings.texts[{index}].text", one.text)
    return Policy(
        grace=_time("grace_seconds", settings.grace_seconds),
        away=_time("away_seconds", settings.away_seconds),
        idle=_time("idle_seconds", settings.idle_seconds),
        unanswered=_time("unanswered_seconds", settings.unanswered_seconds),
        reopen=settings.reopen,
        default_locale=settings.default_language,
        time_zone=settings.time_zone,
        hours=tuple(OpenHours(one.weekday, one.opens, one.closes) for one in settings.hours),
        texts=texts,
    )


def _time(field: str, seconds: int) -> timedelta:
    if seconds < 0:
        raise InvalidError(f"settings.{field}", "must not be negative")
    return timedelta(seconds=seconds)


def _write(stored: StoredSettings) -> workspace_pb2.WorkspaceSettings:
    policy = stored.policy
    return workspace_pb2.WorkspaceSettings(
        time_zone=policy.time_zone,
        hours=[workspace_pb2.WeeklyHours(weekday=one.weekday, opens=one.opens, closes=one.closes) for one in policy.hours],
        grace_seconds=round(policy.grace.total_seconds()),
        away_seconds=round(policy.away.total_seconds()),
        idle_seconds=round(policy.idle.total_seconds()),
        unanswered_seconds=round(policy.unanswered.total_seconds()),
        reopen=policy.reopen,
        default_language=policy.default_locale,
        texts=_texts(policy.texts),
        revision=stored.revision,
    )


def _texts(texts: Mapping[str, Mapping[str, str]], without: frozenset[str] = frozenset()) -> list[workspace_pb2.SystemText]:
    return [
        workspace_pb2.SystemText(language=language, code=code, text=text)
        for language, by_code in sorted(texts.items())
        for code, text in by_code.items()
        if code not in without
    ]


def _write_change(change: SettingsChange) -> workspace_pb2.SettingsChange:
    return workspace_pb2.SettingsChange(at=write_moment(change.at), account_id=change.account_id, account_name=change.account_name, changes=change.changes)
