"""`make screenshot`: draws the page during a call, for the README."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from local.dev_stack import dev_stack
from local.page.agents import agents_now
from local.page.controller import Controller
from local.page.server import Server
from local.page.view import view

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 60.0

CALL = ("What about booking K4T9?", "Count to twenty, please.", "Stop, thank you.")
"""What the caller says. The last sentence breaks in."""


def main(arguments: list[str] | None = None) -> int:
    """Run a call and save a picture of the page; return 0, or 2 without a browser."""
    given = _parser().parse_args(arguments)
    if (browser := next(filter(None, map(shutil.which, BROWSERS)), None)) is None:
        print("There is no Chromium here; on Debian: apt install chromium", file=sys.stderr)
        return 2
    with (
        tempfile.TemporaryDirectory() as folder,
        dev_stack("offline", log=Path(folder) / "functions.log") as line,
        Controller(line, say=_ignore).running() as controller,
        Server(controller).running() as page,
    ):
        _carry(controller)
        _draw(browser, page.url, given)
    print(f"{given.file}: {given.file.stat().st_size // 1024} KB")
    return 0


def _ignore(_: str) -> None:
    """Print nothing: the picture shows it."""


def _carry(controller: Controller) -> None:
    controller.do({"do": "call", "agent": agents_now().DEFAULT})
    _wait(controller, "How can I help?")
    controller.do({"do": "say", "text": CALL[0]})
    _wait(controller, "Friday at eight")
    time.sleep(3.0)  # the caller thinks
    controller.do({"do": "say", "text": CALL[1]})
    _wait(controller, "seven")
    controller.do({"do": "say", "text": CALL[2]})
    _wait(controller, "You said")


def _wait(controller: Controller, words: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while words not in str(view(controller.tape.call(), controller.setting)["lines"]):
        if time.monotonic() > until:
            raise TimeoutError(f"The caller never heard {words!r}.")
        time.sleep(0.1)


def _draw(browser: str, url: str, given: argparse.Namespace) -> None:
    with sync_playwright() as playwright:
        # Root, as which CI runs, may not be allowed a sandbox.
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": given.width, "height": given.height}, color_scheme=given.scheme)
        page.goto(url)
        page.locator(".shape.said").first.wait_for()
        page.screenshot(path=given.file, full_page=given.whole)
        chromium.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make screenshot", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=Path("docs/page.png"), help="the PNG to write")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=860)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--whole", action="store_true", help="the whole page, not only the part that fits the window")
    return parser


if __name__ == "__main__":
    sys.exit(main())
