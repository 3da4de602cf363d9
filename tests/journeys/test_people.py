"""People in a browser: invited, joined, switched to another company, and what an agent's sockets do meanwhile."""

from playwright.sync_api import expect

from tests.journeys.stage import PHONE, Stage


def test_settings_fit_a_phone_and_lead_from_one_to_the_other(stage: Stage) -> None:
    olivia = stage.agent("Olivia", viewport=PHONE)
    olivia.goto(f"{stage.url}/settings/account")
    for name in ("Members", "Roles", "Account"):
        olivia.get_by_role("navigation", name="Settings").get_by_role("link", name=name, exact=True).click()
        expect(olivia.get_by_role("heading", level=1)).to_have_text(name)
        assert olivia.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_a_role_is_defined_and_given_and_the_agents_socket_follows(stage: Stage) -> None:
    amy, olivia = stage.agent("Amy"), stage.agent("Olivia")
    olivia.goto(f"{stage.url}/settings/roles")
    made = olivia.get_by_role("region", name="A new role")
    made.get_by_label("Name", exact=True).fill("Reader")
    made.get_by_label("Key", exact=True).fill("reader")
    made.get_by_label("See conversations", exact=True).check()
    made.get_by_role("button", name="Define the role").click()
    expect(olivia.get_by_role("status")).to_have_text("Saved.")
    olivia.goto(f"{stage.url}/settings/members")
    olivia.get_by_label("Role of Amy", exact=True).select_option(label="Reader")
    olivia.get_by_role("button", name="Save the role of Amy").click()
    expect(olivia.get_by_role("status")).to_have_text("Saved.")
    expect(amy.locator(".link-state")).to_have_attribute("data-state", "online")
    olivia.get_by_label("More for Amy").click()
    olivia.locator("li", has_text="Amy").get_by_role("button", name="Deactivate", exact=True).click()
    expect(amy.locator("#password")).to_be_visible(timeout=10_000)
    stage.problems[:] = [problem for problem in stage.problems if "401" not in problem]  # how Amy's page hears of it
