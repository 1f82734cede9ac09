"""A real Chromium for tests of pages: the fixture `browser`, and the errors and requests that it noticed."""

import contextlib
import json
import os
import shutil
import tempfile

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMEDRIVER = shutil.which("chromedriver")
ARGUMENTS = (
    "--headless=new",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--mute-audio",
    "--no-first-run",
    "--disable-background-networking",
    "--window-size=1200,900",
    "--autoplay-policy=no-user-gesture-required",
)
INSIDE = ("file:", "data:", "blob:", "about:", "chrome:")


@pytest.fixture
def browser():
    """A Selenium driver of a headless Chromium with its own profile; the test is skipped where there is none."""
    with chromium() as driver:
        yield driver


@contextlib.contextmanager
def chromium(*more):
    """Open a headless Chromium with its own profile and `more` arguments, as a Selenium driver, or skip the test."""
    if not (CHROMIUM and CHROMEDRIVER):
        pytest.skip("needs Chromium and its driver (Debian, Ubuntu: apt-get install chromium chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (*ARGUMENTS, *more):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox refuses root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options.add_argument(f"--user-data-dir={profile}")
        # With its path, Selenium does not search the network for a driver.
        driver = webdriver.Chrome(options, webdriver.ChromeService(CHROMEDRIVER))
        try:
            yield driver
        finally:
            driver.quit()


def open_page(driver, path):
    """Open the file `path`; errors and requests before it do not count."""
    noticed(driver)
    driver.get(path.resolve().as_uri())


def noticed(driver):
    """Return errors and warnings, and requested addresses, since the last call, as two lists."""
    errors = [entry["message"] for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [event["params"]["request"] for event in events if event["method"] == "Network.requestWillBeSent"]
    requested = [request["url"] for request in sent]
    return errors, requested


def assert_quiet_and_alone(driver):
    """Assert that the page opened without errors or warnings, and fetched nothing from outside."""
    errors, requested = noticed(driver)
    assert not errors
    assert not [address for address in requested if not address.startswith(INSIDE)]


def emulate(driver, width=1200, height=900, dark=False):
    """Give the page a window of this size, in pixels, and a color scheme; a real window cannot be as narrow as 375."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def overflow(driver):
    """Return how many pixels the page is wider than its window."""
    return driver.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
