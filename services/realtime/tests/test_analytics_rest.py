"""Figures, rows and CSV through the gateway."""

import csv
import io

from baton.analytics.v1 import analytics_pb2 as pb
from baton.conversation.v1 import agent_pb2

from services.realtime.tests.conftest import GatewayUnderTest

QUERY = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
TEAM = pb.Figures(
    takeovers=pb.TakeoverFigure(total=2, by_agent=2), response_time=pb.DurationFigure(n=2, mean_seconds=1.5), takeover_first_response=pb.DurationFigure(),
    human_first_response=pb.DurationFigure(), queue_wait=pb.QueueFigure(duration=pb.DurationFigure()), handled=pb.DurationFigure(),
    resolution=pb.ResolutionFigure(duration=pb.DurationFigure()), ai=pb.AiFigure(), hand_backs=pb.HandBackFigure(),
)  # fmt: skip


def lines(answer: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.decode())))


async def test_a_question_reaches_the_service_as_it_was_asked(gateway: GatewayUnderTest) -> None:
    gateway.services.answers["GetFigures"] = lambda _: pb.GetFiguresResponse(team=TEAM)
    more = {"time_zone": "Asia/Jakarta", "agent": "ana", "ai_agent": "bot", "business_time": "true", "step": "day", "compare": "true"}
    answer = await gateway.http.get("/api/analytics/figures", params={**QUERY, **more}, headers={"Cookie": gateway.cookie()})
    assert answer.json()["team"]["takeovers"]["total"] == 2
    request = gateway.services.last("GetFigures").request
    assert (request.time_zone, request.agent_id, request.ai_agent_id, request.step) == ("Asia/Jakarta", "ana", "bot", pb.STEP_DAY)
    assert request.business_time
    assert request.compare
    for bad in ({"step": "minute"}, {"compare": "perhaps"}, {"agent": "a" * 201}):
        assert (await gateway.http.get("/api/analytics/figures", params={**QUERY, **bad}, headers={"Cookie": gateway.cookie()})).status_code == 422


async def test_live_figures_count_agents_by_presence(gateway: GatewayUnderTest) -> None:
    gateway.services.answers["GetLive"] = lambda _: pb.GetLiveResponse(waiting=3, longest_waiting_seconds=7)
    words = (agent_pb2.PRESENCE_AVAILABLE, agent_pb2.PRESENCE_AVAILABLE, agent_pb2.PRESENCE_AWAY, agent_pb2.PRESENCE_OFFLINE)
    present = [agent_pb2.AgentPresence(agent_id=str(number), presence=word) for number, word in enumerate(words)]
    gateway.services.answers["ListPresence"] = lambda _: agent_pb2.ListPresenceResponse(agents=present)
    answer = (await gateway.http.get("/api/analytics/live", headers={"Cookie": gateway.cookie()})).json()
    assert (answer["waiting"], answer["longest_waiting_seconds"]) == (3, 7)
    assert answer["agents"] == {"available": 2, "away": 1}


async def test_rows_as_csv_are_all_of_them_and_no_formulas(gateway: GatewayUnderTest) -> None:
    pages = {
        "": pb.ListFactsResponse(facts=[pb.Fact(kind="case", seq=3, cause="=HYPERLINK(1)", agent_name="@budi")], next_page_token="more"),
        "more": pb.ListFactsResponse(facts=[pb.Fact(kind="response", seq=4, seconds=1.5, cause='a, "b"')]),
    }
    gateway.services.answers["ListFacts"] = lambda request: pages[request.page_token]
    answer = await gateway.http.get("/api/analytics/facts.csv", params={**QUERY, "kind": ["case", "response"]}, headers={"Cookie": gateway.cookie()})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    first, second = lines(answer.content)
    assert (first["cause"], first["agent_name"], first["seq"]) == ("'=HYPERLINK(1)", "'@budi", "3")
    assert (second["cause"], second["seconds"]) == ('a, "b"', "1.5")


async def test_figures_as_csv_are_the_table(gateway: GatewayUnderTest) -> None:
    agents = [pb.AgentFigures(agent_id="ana", agent_name="+Ana", figures=TEAM)]
    gateway.services.answers["GetFigures"] = lambda _: pb.GetFiguresResponse(team=TEAM, agents=agents)
    answer = await gateway.http.get("/api/analytics/figures.csv", params=QUERY, headers={"Cookie": gateway.cookie()})
    team, ana = lines(answer.content)
    assert (team["agent_name"], ana["agent_name"]) == ("(team)", "'+Ana")
    assert (ana["takeovers_total"], ana["response_time_mean_seconds"], ana["response_time_median_seconds"]) == ("2", "1.5", "")


async def test_counting_again_is_for_administrators(gateway: GatewayUnderTest) -> None:
    gateway.services.answers["Rebuild"] = lambda _: pb.RebuildResponse()
    headers = {"Cookie": gateway.cookie(), "Origin": str(gateway.http.base_url).rstrip("/")}
    assert (await gateway.http.post("/api/analytics/rebuild", headers=headers)).status_code == 403
