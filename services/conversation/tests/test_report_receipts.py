"""Many reports of what was delivered and shown, and one event a second."""

import asyncio
from datetime import timedelta

from servicekit.errors import InvalidError

from services.conversation.domain.policy import Policy
from services.conversation.tests.watched_process import Process
from services.conversation.use_cases.carry_out import Outcome
from services.conversation.use_cases.report_receipts import ReportReceiptsBatched
from tests.harness.waiting import wait_until


async def reported_once() -> tuple[Process, ReportReceiptsBatched]:
    """A conversation of six events with a report in the log, and fifty milliseconds until the next may be."""
    process = Process(policy=Policy(receipt_interval=timedelta(milliseconds=50)))
    await process.carry_out(process.make.start())
    for _ in range(5):
        await process.carry_out(process.make.user())
    report = ReportReceiptsBatched(process.carry_out, process.states)
    await report(process.make.receipts(delivered=1))
    return process, report


async def together(process: Process, report: ReportReceiptsBatched, *, delivered: int) -> None:
    """The clock stands: reports wait until it is moved by hand, and it may only be moved once all of them have been told to wait."""

    def all_wait() -> bool:
        is_asked = process.carry_out._running or process.carry_out._lanes._waiting
        return not is_asked and [batch.command.delivered_seq for batch in report._waiting.values()] == [delivered]

    await wait_until(all_wait, what="the reports wait together")


async def test_many_receipts_become_one_event_a_second() -> None:
    process, report = await reported_once()
    process.clock.moment += timedelta(milliseconds=10)
    reports = [asyncio.create_task(report(process.make.receipts(delivered=number, shown=1))) for number in (2, 3, 4, 5, 2)]
    await together(process, report, delivered=5)
    process.clock.moment += timedelta(milliseconds=50)
    outcomes = await asyncio.gather(*reports)
    assert {outcome.seq for outcome in outcomes} == {8}
    newest = process.store.log(process.make.conversation_id)[-1]
    assert (newest.seq, newest.after.delivered_seq, newest.after.shown_seq) == (8, 5, 1)


async def test_one_report_beyond_the_log_is_refused_alone_and_a_repeat_of_a_merged_one_is_no_reuse() -> None:
    process, report = await reported_once()
    first, second, beyond = process.make.receipts(delivered=2), process.make.receipts(delivered=4), process.make.receipts(delivered=99)
    reports = [asyncio.create_task(report(each)) for each in (first, beyond, second, beyond)]
    await together(process, report, delivered=4)
    process.clock.moment += timedelta(milliseconds=60)
    results = await asyncio.gather(*reports, return_exceptions=True)
    assert [type(result) for result in results] == [Outcome, InvalidError, Outcome, InvalidError]
    for again in (first, second):
        assert (await report(again)).seq == 8
    assert process.store.log(process.make.conversation_id)[-1].after.delivered_seq == 4
