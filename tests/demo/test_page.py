"""The page in a real browser, whose microphone hears a sentence: record, convert, live, layout, keyboard, requests."""

import time

import demo_server
import numpy as np
import pytest
import soundfile
from browser import INSIDE, chromium, emulate, noticed, overflow
from new_voice import F0_HZ, RATE, speech

from vconv.audio.f0_estimation import estimate_f0

TARGET, TARGET_HZ = "slt", 172.8
NO_MICROPHONE = "no-microphone.test"  # a name that a browser does not trust over plain HTTP
HEARD = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode) {
    window.heard = new AnalyserNode(this.context, { fftSize: 32768 });
    connect.call(this, window.heard);
  }
  return connect.call(this, to, ...rest);
};
"""
FOCUSED = """
const one = document.activeElement;
const label = one.parentElement.querySelector("label.button");
const place = one.id === "file" ? label : one.name === "speaker" ? one.closest(".speaker") : one;
return [one.id || one.name || one.tagName, getComputedStyle(place).outlineStyle !== "none"];
"""
FOCUSABLE = "button, select, input, summary, audio[controls], a[href]"


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """A browser whose microphone hears the sentence again and again."""
    path = tmp_path_factory.mktemp("microphone") / "sentence.wav"
    soundfile.write(path, *soundfile.read(demo_server.SENTENCE))
    with chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={path}",
        f"--host-resolver-rules=MAP {NO_MICROPHONE} 127.0.0.1",
    ) as found:
        found.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HEARD})
        yield found


@pytest.fixture
def page(driver, port):
    """The page, just opened, at 1200 pixels."""
    return opened(driver, port)


def opened(driver, port, host="127.0.0.1"):
    emulate(driver)
    noticed(driver)
    driver.get(f"http://{host}:{port}/")
    until(lambda: driver.find_elements("name", "speaker"))
    return driver


def until(condition, seconds=20):
    """Return the first true value of a function within some seconds."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)
    return found


def element(page, name):
    return page.find_element("id", name)


def text(page, name):
    return element(page, name).text


def choose(page, speaker):
    page.find_element("css selector", f"[name=speaker][value={speaker}]").click()


def record(page, seconds=3.0):
    """Record from the microphone."""
    element(page, "record").click()
    until(lambda: text(page, "record").startswith("Stop 0:"))
    time.sleep(seconds)
    element(page, "record").click()
    until(lambda: text(page, "source-status") == "recording.wav")


def convert(page):
    element(page, "convert").click()
    until(lambda: element(page, "result").is_displayed())


def downloaded(page, path, link="download"):
    """Click a link that downloads; return the path of the file, which must be `path`."""
    behavior = {"behavior": "allow", "downloadPath": str(path.parent)}
    page.execute_cdp_cmd("Browser.setDownloadBehavior", behavior)
    element(page, link).click()
    until(path.exists)
    return path


def mean_f0_hz(y, rate):
    f0_hz = estimate_f0(np.asarray(y, float), rate, 60, 400)
    return np.exp(np.log(f0_hz[f0_hz > 0]).mean())


def assert_own_requests(page, port):
    """Assert that the page met no error and asked nobody but its server."""
    errors, requested = noticed(page)
    assert not errors
    own = (f"http://127.0.0.1:{port}/", f"ws://127.0.0.1:{port}/", *INSIDE)
    assert requested and not [address for address in requested if not address.startswith(own)]


def test_a_recording_is_converted_to_the_chosen_speaker(page, port, tmp_path):
    choose(page, TARGET)
    record(page)
    convert(page)
    assert text(page, "converted-title") == f"Converted to {TARGET}"
    with soundfile.SoundFile(downloaded(page, tmp_path / f"recording-{TARGET}.wav")) as sound:
        comment, y, rate = sound.comment, sound.read(), sound.samplerate
    assert mean_f0_hz(y, rate) == pytest.approx(TARGET_HZ, rel=0.2)
    assert len(y) / rate > 2.5 and f"to {TARGET}" in comment
    assert int(text(page, "converted-pitch").split()[2]) == pytest.approx(TARGET_HZ, rel=0.2)
    assert int(text(page, "source-pitch").split()[2]) == pytest.approx(101, rel=0.2)
    drawn = "return [...document.querySelectorAll('canvas')].map((one) => new Set(one.getContext('2d')\
        .getImageData(0, 0, one.width, one.height).data).size)"
    assert min(page.execute_script(drawn)) > 5, "each picture has colors"
    assert_own_requests(page, port)


def test_all_speakers_can_be_heard(page, port):
    record(page, 1.0)
    element(page, "hear-all").click()
    buttons = until(lambda: page.find_elements("css selector", ".speaker button"))
    assert len(buttons) == 4
    buttons[0].click()
    assert_own_requests(page, port)


def test_live_conversion_is_heard(page, port):
    choose(page, TARGET)
    element(page, "live").click()
    until(lambda: text(page, "latency"))
    time.sleep(3)
    script = """const y = new Float32Array(heard.fftSize); heard.getFloatTimeDomainData(y);
        return [[...y], heard.context.sampleRate, heard.context.state];"""

    def sound():
        """Return what is heard and its rate; None while it is silent, which a busy machine makes longer."""
        y, rate, state = page.execute_script(script)
        return (y, rate) if state == "running" and np.sqrt(np.mean(np.square(y))) > 0.01 else None

    y, rate = until(sound)
    terms = dict(zip(*2 * [iter(text(page, "latency").splitlines())], strict=True))
    assert 50 < int(terms["delay, about"].split()[0]) < 3000
    element(page, "live").click()
    until(lambda: text(page, "live") == "Start live conversion")
    assert mean_f0_hz(y, int(rate)) == pytest.approx(TARGET_HZ, rel=0.25)
    assert_own_requests(page, port)


@pytest.mark.slow
def test_a_speaker_is_made_of_a_recording_and_chosen(driver, tmp_path):
    path = tmp_path / "me.wav"
    path.write_bytes(demo_server.encoded(speech(14.0), RATE))
    with demo_server.running(["vcc2016"]) as port:
        page = opened(driver, port)
        emulate(page, 360, 800)
        page.find_element("css selector", "#own summary").click()
        element(page, "file").send_keys(str(path))
        element(page, "new-name").send_keys("Zoë")
        assert not element(page, "add").is_enabled() and overflow(page) == 0
        element(page, "consent").click()
        element(page, "add").click()
        until(lambda: element(page, "save").is_displayed(), 60)
        assert page.find_element("css selector", "[name=speaker]:checked").get_attribute("value") == "Zoë"
        assert downloaded(page, tmp_path / "vcc2016-Zoë.vconv", "save").stat().st_size > 1_000_000
        convert(page)
        assert text(page, "converted-title") == "Converted to Zoë"
        assert int(text(page, "converted-pitch").split()[2]) == pytest.approx(F0_HZ, rel=0.1)
        assert_own_requests(page, port)
        page.get("about:blank")


def test_errors_of_the_server_are_shown(page, tmp_path):
    path = tmp_path / "text.wav"
    path.write_text("no sound")
    element(page, "file").send_keys(str(path))
    until(lambda: element(page, "convert").is_enabled())
    element(page, "convert").click()
    until(lambda: "the recording: is no readable audio file" in text(page, "status"))
    assert "failed" in element(page, "status").get_attribute("class")
    noticed(page)


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_fits_into_its_window(page, width):
    element(page, "file").send_keys(str(demo_server.SENTENCE))
    convert(page)
    for dark in False, True:
        emulate(page, width, 800, dark)
        assert overflow(page) == 0
        background = page.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, background[4:-1].split(", "))) < 300) == dark


def test_every_control_is_reached_by_the_keyboard_and_has_a_name(page):
    element(page, "file").send_keys(str(demo_server.SENTENCE))
    convert(page)
    controls = page.execute_script(
        f"return [...document.querySelectorAll({FOCUSABLE!r})].filter((one) => one.checkVisibility() && !one.disabled"
        " && (one.name !== 'speaker' || one.checked)).map((one) => one.id || one.name || one.tagName)"
    )
    from selenium.webdriver import ActionChains, Keys

    assert not element(page, "own").is_displayed(), "the voice has no codebook"
    page.execute_script("document.activeElement.blur()")
    outlined = {}
    for _ in range(50):
        ActionChains(page).send_keys(Keys.TAB).perform()
        name, drawn = page.execute_script(FOCUSED)
        outlined[name] = drawn
    assert set(controls) <= set(outlined)
    assert all(outlined[name] for name in controls if name not in ("source", "converted")), "players draw their own"
    assert {"record", "file", "speaker", "semitones", "convert", "download", "live", "bypass"} <= set(controls)
    tree = page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"button", "radio", "slider", "combobox", "checkbox", "link", "image", "progressbar", "meter"}
    nameless = [
        node["nodeId"]
        for node in tree
        if not node["ignored"] and node["role"]["value"] in roles and not node["name"]["value"]
    ]
    assert not nameless


def test_without_a_microphone_the_page_says_why_and_files_still_work(driver):
    with demo_server.running(host=NO_MICROPHONE) as port:
        page = opened(driver, port, NO_MICROPHONE)
        assert "plain HTTP from another machine" in text(page, "no-microphone")
        assert not element(page, "record").is_enabled() and not element(page, "live").is_enabled()
        element(page, "file").send_keys(str(demo_server.SENTENCE))
        convert(page)
        page.get("about:blank")
