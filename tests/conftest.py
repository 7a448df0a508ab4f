"""Settings of all tests, and the browser that some of them drive."""

import shutil

import pytest
from hypothesis import settings

# No deadline: a busy machine is no mistake of the code. Fewer examples than by default keep the
# whole suite quick; hypothesis still remembers and repeats what it found.
settings.register_profile("lmlab", deadline=None, max_examples=50)
settings.load_profile("lmlab")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HEADLESS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
HEADLESS += ["--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; the test is skipped, with its reason, where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium here; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=HEADLESS)
        yield browser
        browser.close()
