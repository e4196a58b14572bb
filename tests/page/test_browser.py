"""The page in a real Chromium, from Call to hand-off."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from local.page.controller import Controller
from local.page.logs import read
from local.page.replay import Replay
from local.page.server import Server
from tests.conftest import NO_BROWSER
from tests.page.test_server import Shown

pytestmark = pytest.mark.slow

PATIENCE_MS = 60_000.0
NAMES = ("chromium", "chromium-browser", "google-chrome")

LISTEN = """
window.voice = [];
speechSynthesis.speak = (utterance) => window.voice.push(utterance.text);
speechSynthesis.cancel = () => window.voice.push("(hush)");
"""
"""Replaces the browser's voice, which a machine without sound does not have."""

Open = Callable[..., Page]


@pytest.fixture(scope="module")  # and no longer: Playwright keeps an event loop running in the thread
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        # Root, as which CI runs, may not be allowed a sandbox.
        one = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Open a page. The test fails if the page had an error, or requested anything from another host."""
    faults: list[str] = []
    contexts = []

    def open_(server: Server, scheme: str = "light") -> Page:
        viewport = {"width": 1440, "height": 900}
        context = browser.new_context(color_scheme=scheme, viewport=viewport, accept_downloads=True)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(LISTEN)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith(server.url) else faults.append(asked.url))
        page.goto(server.url)
        expect(page.locator("body:not(.loading)")).to_be_attached()
        return page

    expect.set_options(timeout=PATIENCE_MS)
    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(opened: Open, served: Server, controller: Controller) -> Page:
    assert controller
    return opened(served)


def talk(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def words(page: Page) -> Locator:
    return page.get_by_label("What the caller says")


def call(page: Page) -> None:
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("button", name="Hang up")).to_be_visible()
    expect(talk(page)).to_contain_text("How can I help?")


def hear_out(page: Page) -> None:
    """Wait for the end of the greeting: who speaks before it interrupts the greeting too."""
    expect(page.locator("#frames .frame summary", has_text=re.compile("agentSpeaking.*off"))).to_be_attached()


def say(page: Page, text: str) -> None:
    words(page).fill(text)
    page.get_by_role("button", name="Say", exact=True).click()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this element has the focus, but not too often."""
    for _ in range(15):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_a_call_from_the_first_ring_to_the_hand_off(page: Page) -> None:
    expect(words(page)).to_be_disabled()
    call(page)
    say(page, "What about booking K4T9?")
    expect(talk(page)).to_contain_text("Friday at eight")
    page.get_by_text("Keypad").click()
    page.get_by_role("button", name="5", exact=True).click()
    expect(talk(page).locator(".keys")).to_contain_text("5")
    say(page, "Please let me talk to a human.")
    expect(talk(page)).to_contain_text("put through to +15550100")
    for lane in ("caller", "agent", "tools", "model", "table", "posts"):
        assert page.locator(f".lane.{lane} .shape").count() > 0, lane
    for kind in ("setup", "prompt", "text", "end"):
        expect(page.locator("#frames .frame b").get_by_text(kind, exact=True).first).to_be_attached()
    expect(page.locator("#history")).to_contain_text('find_booking({"reference": "K4T9"})')
    expect(page.locator("#waits")).to_contain_text(re.compile(r"What about booking K4T9\?\s*\d+ ms"))
    expect(page.locator("#cost")).to_contain_text(re.compile(r"Twilio.*\$0\.\d+", re.DOTALL))
    page.locator("#frames summary", has_text="Friday").first.click()
    expect(page.locator("#frames pre").first).to_contain_text('"type"')


def test_unheard_words_are_struck_through_after_a_barge_in(page: Page) -> None:
    call(page)
    hear_out(page)
    say(page, "Tell me a story.")
    expect(talk(page)).to_contain_text("sentence one")
    say(page, "Stop, thank you.")
    expect(talk(page).locator("del")).to_have_text(re.compile(r"\w"))
    expect(page.locator("#history del")).to_have_text(re.compile(r"\w"))
    expect(page.locator(".shape.interrupt")).to_be_attached()
    assert "(hush)" in page.evaluate("window.voice")


def test_the_words_are_spoken_clause_by_clause_as_they_sound(page: Page) -> None:
    call(page)
    assert page.evaluate("window.voice") == ["Rosa's,", "good evening!", "How can I help?"]
    page.get_by_role("button", name="Voice on").click()
    say(page, "Hello?")
    expect(talk(page)).to_contain_text("You said")
    assert "You said" not in " ".join(page.evaluate("window.voice"))


def test_a_call_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to what the caller says")).to_be_focused()
    tab_to(page, page.locator("#number"))
    tab_to(page, page.get_by_role("button", name="Call", exact=True))
    page.keyboard.press("Enter")
    expect(words(page)).to_be_focused()
    hear_out(page)
    page.keyboard.type("Tell me a story.")
    page.keyboard.press("Enter")
    expect(talk(page)).to_contain_text("sentence one")
    page.keyboard.press("Escape")
    page.keyboard.type("Stop, thank you.")
    page.keyboard.press("Enter")
    expect(talk(page).locator("del").first).to_be_visible()
    tab_to(page, page.get_by_role("application"))
    page.keyboard.press("Home")
    expect(page.get_by_role("region", name="The chosen shape")).to_contain_text("Announced")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("region", name="The chosen shape")).not_to_contain_text("Announced")
    page.get_by_role("button", name="Hang up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="The call is over")).to_be_visible()


def test_faults_at_a_click(page: Page) -> None:
    call(page)
    throttle = page.get_by_role("button", name="Overloaded model")
    throttle.click()
    expect(throttle).to_have_attribute("aria-pressed", "true")
    say(page, "Hello?")
    expect(talk(page)).to_contain_text("Sorry, something went wrong")
    expect(page.locator(".lane.model .trouble").first).to_be_attached()
    throttle.click()
    expect(throttle).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Lose the connection").click()
    expect(page.locator(".shape.setup")).to_have_count(2)
    say(page, "What about booking K4T9?")
    expect(talk(page)).to_contain_text("Friday at eight")


def test_any_moment_of_a_call_and_of_one_that_was_saved(page: Page, opened: Open, tmp_path: Path) -> None:
    call(page)
    say(page, "What about booking K4T9?")
    expect(talk(page)).to_contain_text("in the name of Alma.")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("status").filter(has_text="The call is over")).to_be_visible()
    moment = page.get_by_role("slider", name="Moment of the call")
    moment.focus()
    page.keyboard.press("Home")
    expect(talk(page)).not_to_contain_text("Rosa's")
    page.get_by_role("button", name="Live", exact=True).click()
    expect(talk(page)).to_contain_text("in the name of Alma.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the log").click()
    download.value.save_as(tmp_path / "call.jsonl")
    again = Replay(read((tmp_path / "call.jsonl").read_text()), "call.jsonl", {})
    with Server(again).running() as server:
        past = opened(server)
        expect(talk(past)).to_contain_text("in the name of Alma.")
        expect(past.get_by_role("button", name="Call", exact=True)).to_be_hidden()
        past.get_by_role("slider", name="Moment of the call").focus()
        past.keyboard.press("Home")
        expect(talk(past)).not_to_contain_text("Rosa's")
        past.keyboard.press("End")
        expect(talk(past)).to_contain_text("in the name of Alma.")
        past.close()


def test_dark_where_the_system_is(opened: Open, served: Server, controller: Controller) -> None:
    assert controller
    shades = "getComputedStyle(document.documentElement)"
    light, dark = opened(served), opened(served, "dark")
    for page, brighter in ((light, False), (dark, True)):
        ink, paper = (_brightness(page, f"{shades}.{name}") for name in ("color", "backgroundColor"))
        assert (ink > paper) is brighter
        assert abs(ink - paper) > 150


def _brightness(page: Page, property_: str) -> float:
    red, green, blue = map(int, re.findall(r"\d+", page.evaluate(property_))[:3])
    return (red + green + blue) / 3


def test_an_error_in_an_agents_file_is_shown_in_words(opened: Open, shown: Shown) -> None:
    fault = {"text": "functions/agents/front_desk.py, line 3: Agent.prompt is empty.", "still": "Until it works …"}
    controller: dict[str, Any] = {
        "mode": "phone",
        "model": "offline",
        "model_id": "",
        "numbers": [],
        "call": None,
        "switches": {},
    }
    shown.told = {**controller, "fault": fault, "news": ""}
    with Server(shown).running() as server:
        page = opened(server)
        expect(page.get_by_role("alert").filter(has_text="line 3: Agent.prompt is empty.")).to_be_visible()
        page.close()


@pytest.fixture
def shown() -> Shown:
    return Shown()


def test_everything_that_can_be_used_has_a_name(page: Page) -> None:
    page.get_by_text("Keypad").click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, a, [tabindex]")].filter((one) =>
            !(one.textContent.trim() || one.labels?.length || one.ariaLabel || one.hasAttribute("aria-labelledby"))
        ).map((one) => one.outerHTML)"""
    )
    assert nameless == []
