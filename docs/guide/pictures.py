"""Takes the pictures of the guides: `python docs/guide/pictures.py ADDRESS PASSWORD`, from a running demo."""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

# Guide → who signs in, and the page that is shown.
PICTURES = {
    "coordinator": ("nora", "/work/"),
    "investigator": ("ines", "/participants/NET-002/signature/"),
    "monitor": ("mona", "/queries/"),
    "chair": ("chris", "/dashboard/"),
    "statistician": ("stella", "/moments/"),
    "administrator": ("adam", "/people/"),
}
HERE = Path(__file__).resolve().parent


def take(page: Page, address: str, password: str, name: str) -> None:
    """Signs in as the role of this guide and keeps what it sees."""
    username, path = PICTURES[name]
    page.goto(f"{address}/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{address}{path}", wait_until="networkidle" if name != "chair" else "load")
    page.screenshot(path=HERE / f"{name}.png")


def main(address: str, password: str) -> None:
    """One picture for each guide."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name in PICTURES:
            context = browser.new_context(viewport={"width": 1440, "height": 810})
            take(context.new_page(), address, password, name)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
