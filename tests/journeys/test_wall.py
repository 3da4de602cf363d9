"""The wall follows the desk live: who waits and for how long, who is there with how much, how many were handed out."""

from playwright.sync_api import expect

from tests.journeys.stage import PHONE, Stage
from tests.journeys.test_offers import ask, open_queue
from tests.journeys.test_settings_are_accessible import judge

COUNTS = """async () => {
  const { long, teamsOf } = await import("/static/yunke/wall/counts.js");
  const agent = (member, state, load) => ({ member, name: member, state, load, capacity: 5 });
  const queues = [
    { agents: [agent("a", "online", 2), agent("b", "away", 1)] },
    { agents: [agent("a", "online", 2), agent("c", "online", 0)] },
  ];
  const members = ["a", "b", "z"].map((member) => ({ member }));
  const known = [{ body: { name: "Tea", members } }, { body: null }];
  return { times: [0, 75, 600, 3725].map(long), teams: teamsOf(queues, known) };
}"""


def test_a_supervisor_sees_what_happens_without_asking(stage: Stage) -> None:
    wall = open_queue(stage)
    wall.goto(f"{stage.url}/wall")
    queue = wall.get_by_role("region", name="Help")
    expect(queue.locator(".number", has_text="Waiting")).to_contain_text("0")
    ask(stage, "Is anybody there?")
    expect(queue.locator(".number", has_text="Waiting")).to_contain_text("1", timeout=20_000)
    expect(queue.locator(".number.bad")).to_have_count(1)
    expect(queue.locator(".number", has_text="Longest wait")).not_to_contain_text("0:00")
    amy = stage.agent("Amy")
    expect(queue.locator(".number", has_text="Offered")).to_contain_text("1", timeout=20_000)
    expect(queue.locator("li", has_text="Amy")).to_contain_text("Online · 1 of 5")
    expect(amy.locator(".offers .offer")).to_be_visible()
    amy.keyboard.press("y")
    expect(queue.locator(".number", has_text="With agents")).to_contain_text("1", timeout=20_000)
    expect(queue.locator(".number", has_text="Handed out today")).to_contain_text("1")
    told = wall.evaluate(COUNTS)
    assert told["times"] == ["0:00", "1:15", "10:00", "1:02:05"]
    assert told["teams"] == [{"name": "Tea", "agents": 2, "online": 1, "load": 3, "capacity": 5}]


def test_promises_are_on_the_wall(stage: Stage) -> None:
    wall = stage.agent("Olivia")
    wall.goto(f"{stage.url}/settings/tickets?kind=sla_policy&key=usual")
    wall.locator("#f-name").fill("Usual")
    wall.locator("#f-targets-resolution").fill("usual 20")
    wall.locator("button[value=publish]").click()
    expect(wall.get_by_role("status")).to_be_visible()
    wall.goto(f"{stage.url}/wall")
    promises = wall.get_by_role("region", name="Promises of time")
    expect(promises.locator(".number", has_text="Running")).to_contain_text("0")
    amy = stage.agent("Amy")
    amy.goto(f"{stage.url}/tickets/new")
    amy.get_by_label("What it is about").fill("Soon")
    amy.keyboard.press("Enter")
    expect(promises.locator(".number", has_text="Running")).to_contain_text("1", timeout=20_000)
    expect(promises.locator(".number", has_text="Due within")).to_contain_text("1")


def test_the_wall_has_no_barrier_and_is_not_for_everybody(stage: Stage) -> None:
    open_queue(stage)
    wall = stage.agent("Olivia", locale="zh-CN", viewport=PHONE)
    wall.goto(f"{stage.url}/wall")
    expect(wall.get_by_role("region", name="Help")).to_be_visible()
    ours = list(stage.problems)
    found = judge(wall, "the wall")
    stage.problems[:] = ours
    assert found == []
    amy = stage.agent("Amy")
    answer = amy.goto(f"{stage.url}/wall")
    assert answer
    assert answer.status == 403
    stage.problems[:] = [problem for problem in stage.problems if "403" not in problem]
