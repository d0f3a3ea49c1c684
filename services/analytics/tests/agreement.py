"""When figures and their recount say the same."""

import math

import pytest

from services.analytics.domain.figures import PERCENTILE_ERROR, DurationFigure, Figures
from services.analytics.tests.recount import Recount


def agree(figures: Figures, expected: Recount) -> None:
    """Counts, distinct counts, sums and means exactly; medians and percentiles within their stated error."""
    assert figures.takeovers == expected.takeovers
    assert (figures.transfers_in, figures.transfers_out) == (expected.transfers_in, expected.transfers_out)
    assert figures.releases == expected.releases
    assert figures.conversations == len(expected.conversations)
    assert figures.conversations_with_message == len(expected.conversations_with_message)
    durations_agree(figures.response_time, expected.responses)
    durations_agree(figures.takeover_first_response, expected.takeover_first_responses)
    assert figures.no_reply_phases == expected.no_reply_phases
    durations_agree(figures.human_first_response, expected.human_first_responses)
    durations_agree(figures.queue_wait, expected.queue_waits)
    assert figures.queue_left == expected.queue_left
    durations_agree(figures.handled, expected.handled)
    assert figures.handled_total.total_seconds() == pytest.approx(sum(expected.handled), abs=1e-6)
    durations_agree(figures.resolution, expected.resolutions)
    _parts_agree(figures, expected)
    assert figures.cases == expected.cases
    assert figures.untouched_cases == expected.untouched
    assert figures.escalated_cases == expected.escalated
    assert figures.empty_cases == expected.empty
    assert (figures.hand_backs, figures.hand_backs_judged, figures.hand_backs_held) == (expected.hand_backs, expected.judged, expected.held)


def durations_agree(figure: DurationFigure, seconds: list[float]) -> None:
    """Compare n, mean, median and p90 with the plain list."""
    assert figure.n == len(seconds)
    if not seconds:
        assert (figure.mean, figure.median, figure.p90) == (None, None, None)
        return
    ordered = sorted(seconds)
    assert figure.mean is not None
    assert figure.mean.total_seconds() == pytest.approx(math.fsum(seconds) / len(seconds), abs=1e-5)
    for found, share in ((figure.median, 0.5), (figure.p90, 0.9)):
        assert found is not None
        nearest_rank = ordered[max(0, math.ceil(share * len(ordered)) - 1)]
        # A timedelta is exact to the microsecond.
        assert abs(found.total_seconds() - nearest_rank) <= nearest_rank * PERCENTILE_ERROR + 1e-6


def _parts_agree(figures: Figures, expected: Recount) -> None:
    n = len(expected.resolutions)
    for name, mean in figures.resolution_parts.items():
        assert mean.total_seconds() * n == pytest.approx(expected.parts[name] / 1000, abs=1e-3)
    if n:
        assert figures.resolution.mean is not None
        total = sum(mean.total_seconds() for mean in figures.resolution_parts.values())
        assert total == pytest.approx(figures.resolution.mean.total_seconds(), abs=1e-5)
