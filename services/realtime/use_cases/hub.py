"""Who is told what: list and panel subscriptions, joins, resumes. Everything here happens within one turn of the loop."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from services.realtime.domain import server_frames
from services.realtime.domain.cursor import Cursor
from services.realtime.domain.json_types import Json
from services.realtime.domain.ring import Reach, Ring, RingRecord
from services.realtime.ports import Outlet

# A replay above this is slower than a fresh fetch.
MAX_REPLAY_BYTES = 512 * 1024
# How long a cursor that is ahead of this gateway's ring waits for it (another gateway was faster).
MAX_WAIT_SECONDS = 3.0

Key = TypeVar("Key", bound=Hashable)

# Told of each join and resume: ("list" | "conversation" | "resume", how it went).
Answered = Callable[[str, str], None]


class Hub:
    """Owns the ring and the subscriptions; delivery never crosses a workspace."""

    def __init__(self, ring: Ring, now: Callable[[], float], answered: Answered) -> None:
        """`now` is a monotonic clock in seconds."""
        self._ring = ring
        self._now = now
        self._answered = answered
        self._lists: dict[str, set[Outlet]] = {}
        self._panels: dict[tuple[str, str], set[Outlet]] = {}
        self._waiting: dict[Outlet, list[Callable[[], bool]]] = {}
        # Who was given at least one subscription since reading began.
        self._given: set[Outlet] = set()
        self._filled = False

    # ---- the topic -------------------------------------------------------------------------------------------------

    def begin(self, topic_id: str, starts: dict[int, int]) -> None:
        """Start over with a topic read from these offsets: what was subscribed is told to reload."""
        self._ring.begin(topic_id, starts)
        self.unfilled()
        for outlets in self._lists.values():
            for outlet in outlets:
                outlet.send(server_frames.resync("list", "restarted"))
        for (_, conversation_id), outlets in self._panels.items():
            for outlet in outlets:
                outlet.send(server_frames.resync("conversation", "restarted", conversation_id))
        self._lists.clear()
        self._panels.clear()
        self._given.clear()

    def unfilled(self) -> None:
        """Say that the topic is being read anew: joins wait until `filled`."""
        self._filled = False

    def filled(self) -> None:
        """Say that the ring holds all that was there when reading began: joins are answered from here on."""
        self._filled = True
        self.answer_waiting()

    def fits(self, partition: int, offset: int) -> bool:
        """Tell whether this record follows the one before; if not, `begin` is due."""
        return self._ring.fits(partition, offset)

    def pass_over(self, partition: int, cluster_time: int) -> None:
        """Take in a record that browsers are not told of."""
        self._ring.pass_over(partition, cluster_time)

    def take_in(self, records: Iterable[RingRecord]) -> list[RingRecord]:
        """Keep records; returns those that are new, which are to be delivered in the same turn."""
        return [record for record in records if self._ring.append(record)]

    def deliver(self, records: Sequence[RingRecord]) -> None:
        """Give new records to who subscribed; the frames were encoded once, a list's are joined once for all its sockets."""
        rows: dict[str, list[RingRecord]] = {}
        for record in records:
            if record.workspace_id in self._lists:
                rows.setdefault(record.workspace_id, []).append(record)
            for outlet in self._panels.get((record.workspace_id, record.conversation_id), ()):
                outlet.send(record.event_frame)
        for workspace_id, found in rows.items():
            joined = b"".join([record.row_frame for record in found])
            for outlet in self._lists[workspace_id]:
                outlet.send_rows(joined, found)
        if self._waiting:
            self.answer_waiting()

    def position(self) -> Cursor:
        """Return the cursor of one who was given everything."""
        return self._ring.position()

    def size(self) -> tuple[int, int]:
        """Return the ring's records and bytes."""
        return len(self._ring), self._ring.bytes

    # ---- sockets ---------------------------------------------------------------------------------------------------

    def covers(self, outlet: Outlet) -> bool:
        """Tell whether a cursor may be given: nothing this socket asked for is still to be answered.

        One who was given nothing yet gets none: his resume may be on its way, and a cursor kept before its answer would leap over what he missed.
        """
        return self._filled and outlet in self._given and outlet not in self._waiting

    def join_list(self, outlet: Outlet, projected_at: int) -> None:
        """Subscribe to the list and replay what is newer than the snapshot, or say resync."""
        self._when(outlet, lambda: self._filled, lambda: self._join_list(outlet, projected_at))

    def leave_list(self, outlet: Outlet) -> None:
        """End the list's subscription."""
        _discard(self._lists, outlet.workspace_id, outlet)

    def open_panel(self, outlet: Outlet, conversation_id: str, after_seq: int) -> None:
        """Subscribe to a conversation and replay what is newer than the history; who reads it sees from the seqs whether something is missing."""
        self._when(outlet, lambda: self._filled, lambda: self._open_panel(outlet, conversation_id, after_seq))

    def close_panel(self, outlet: Outlet, conversation_id: str) -> None:
        """End a conversation's subscription."""
        _discard(self._panels, (outlet.workspace_id, conversation_id), outlet)

    def resume(self, outlet: Outlet, cursor: Cursor, conversation_ids: Sequence[str], *, with_list: bool) -> None:
        """Give back the subscriptions of a former socket with exactly what came since, or say resync for each."""
        until = self._now() + MAX_WAIT_SECONDS
        self._when(
            outlet,
            lambda: self._filled and (self._ring.reach(cursor) is not Reach.BEYOND or self._now() >= until),
            lambda: self._resume(outlet, cursor, conversation_ids, with_list=with_list),
        )

    def remove(self, outlet: Outlet, conversation_ids: Iterable[str]) -> None:
        """Forget a socket that is gone."""
        self._waiting.pop(outlet, None)
        self._given.discard(outlet)
        self.leave_list(outlet)
        for conversation_id in conversation_ids:
            self.close_panel(outlet, conversation_id)

    def tell_fleeting(self, workspace_id: str, fleeting: Json) -> bool:
        """Tell a fleeting thing to the panel and, but for the AI's composing, to the list. False when it is out of date."""
        conversation_id, composing = fleeting["conversation_id"], fleeting["kind"] == "composing"
        newest = self._ring.newest(conversation_id) if composing else None
        if newest is not None and (newest.epoch != fleeting["epoch"] or not newest.ai_may_speak):
            return False
        told = set(self._panels.get((workspace_id, conversation_id), ()))
        if not composing:
            told |= self._lists.get(workspace_id, set())
        if told:
            sent = server_frames.frame("ephemeral", **fleeting)
            for outlet in told:
                outlet.send_fleeting(sent)
        return True

    def answer_waiting(self) -> None:
        """Answer what can be answered now; called when records came and, for time limits, now and then."""
        for outlet, asked in list(self._waiting.items()):
            while asked and asked[0]():
                asked.pop(0)
            if not asked and self._waiting.pop(outlet, None) is not None and outlet.complete:
                outlet.send(server_frames.frame("cursor", cursor=self.position().encode()))

    # ---- answers ---------------------------------------------------------------------------------------------------

    def _when(self, outlet: Outlet, ready: Callable[[], bool], answer: Callable[[], None]) -> None:
        """Answer as soon as that is possible, in the order that a socket asked."""

        def attempt() -> bool:
            if not ready():
                return False
            answer()
            return True

        self._waiting.setdefault(outlet, []).append(attempt)
        self.answer_waiting()

    def _join_list(self, outlet: Outlet, projected_at: int) -> None:
        if not self._ring.reaches_time(projected_at):
            self._refuse(outlet, "list", "too_old")
            return
        self._replay_list(outlet, [record for record in self._ring.since_time(projected_at) if record.workspace_id == outlet.workspace_id])

    def _replay_list(self, outlet: Outlet, records: Sequence[RingRecord]) -> None:
        rows = b"".join(server_frames.merged_rows(records).values())
        if len(rows) > MAX_REPLAY_BYTES:
            self._refuse(outlet, "list", "too_much")
            return
        self._lists.setdefault(outlet.workspace_id, set()).add(outlet)
        self._given.add(outlet)
        outlet.send(rows + server_frames.subscribed("list"))
        self._answered("list", "ok")

    def _open_panel(self, outlet: Outlet, conversation_id: str, after_seq: int) -> None:
        self._replay_panel(outlet, conversation_id, list(self._ring.of_conversation(conversation_id, after_seq)))

    def _replay_panel(self, outlet: Outlet, conversation_id: str, records: Sequence[RingRecord]) -> None:
        events = b"".join([record.event_frame for record in records if record.workspace_id == outlet.workspace_id])
        if len(events) > MAX_REPLAY_BYTES:
            self._refuse(outlet, "conversation", "too_much", conversation_id)
            return
        self._panels.setdefault((outlet.workspace_id, conversation_id), set()).add(outlet)
        self._given.add(outlet)
        outlet.send(events + server_frames.subscribed("conversation", conversation_id))
        self._answered("conversation", "ok")

    def _resume(self, outlet: Outlet, cursor: Cursor, conversation_ids: Sequence[str], *, with_list: bool) -> None:
        reach = self._ring.reach(cursor)
        self._answered("resume", reach.value)
        if reach is not Reach.WITHIN:
            if with_list:
                self._refuse(outlet, "list", reach.value)
            for conversation_id in conversation_ids:
                self._refuse(outlet, "conversation", reach.value, conversation_id)
            return
        missed = [record for record in self._ring.since(cursor) if record.workspace_id == outlet.workspace_id]
        if with_list:
            self._replay_list(outlet, missed)
        for conversation_id in conversation_ids:
            self._replay_panel(outlet, conversation_id, [record for record in missed if record.conversation_id == conversation_id])

    def _refuse(self, outlet: Outlet, scope: str, reason: str, conversation_id: str | None = None) -> None:
        outlet.send(server_frames.resync(scope, reason, conversation_id))
        self._answered(scope, reason)


def _discard(subscriptions: dict[Key, set[Outlet]], key: Key, outlet: Outlet) -> None:
    outlets = subscriptions.get(key)
    if outlets is not None:
        outlets.discard(outlet)
        if not outlets:
            del subscriptions[key]
