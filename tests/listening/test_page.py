"""The page of a listening test: what it holds and hides, each listener's order, a whole session in a browser."""

import base64
import io
import json
import re
import time
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
import soundfile
from browser import assert_quiet_and_alone, browser, emulate, open_page, overflow  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.commands import cli
from vconv.listening import page as listening
from vconv.listening import scores as listening_scores
from vconv.listening.loudness import LEVEL_DB, active_level_db, level_gains

RATE, SECONDS = 8000, 0.15
NAMES = [f"sentence {number}" for number in range(1, 6)]
SPEAKERS = ("alphasystem", "betasystem", "target", "source")


def pitch_hz(speaker, name):
    """The tone that stands for a recording."""
    return 400 + 100 * (5 * SPEAKERS.index(speaker) + NAMES.index(name))


def write_tone(path, hertz, level=0.1, rate=RATE, seconds=SECONDS):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate), rate)


@pytest.fixture
def folders(tmp_path):
    """A folder of five tones a speaker; no two recordings have the same pitch, and the systems differ in level."""
    for speaker in SPEAKERS:
        for name in NAMES:
            level = 0.02 * (1 + SPEAKERS.index(speaker))
            write_tone(tmp_path / speaker / f"{name}.wav", pitch_hz(speaker, name), level)
    return tmp_path


def build(folders, **options):
    """Build a test of the two systems; return its page as text, what the page carries, and the key."""
    options = {"target": folders / "target", "source": folders / "source", "sentences": 3} | options
    built = listening.build({name: folders / name for name in SPEAKERS[:2]}, folders / "page.html", **options)
    text = built.page.read_text(encoding="utf-8")
    carried = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.S)[1]
    return text, json.loads(carried), json.loads(built.key.read_text(encoding="utf-8"))


def listen(flac):
    """Return the pitch and level of a clip of the page."""
    y, rate = soundfile.read(io.BytesIO(base64.b64decode(flac)))
    spectrum = np.abs(np.fft.rfft(y * np.hanning(len(y)), 8 * rate))
    return spectrum.argmax() / 8, 10 * np.log10(np.mean(y**2))


# What is in the page


def test_the_key_says_what_is_heard_and_all_is_equally_loud(folders):
    _, page, key = build(folders)
    assert set(page["clips"]) == set(key["clips"])
    for clip, entry in key["clips"].items():
        hertz, level_db = listen(page["clips"][clip])
        name = re.search(r"sentence \d", entry["file"])[0]
        assert hertz == pytest.approx(pitch_hz(entry["system"], name), abs=1)
        assert level_db == pytest.approx(LEVEL_DB, abs=0.05)


def test_every_system_and_anchor_is_asked_about_once_a_sentence(folders):
    _, page, key = build(folders)
    scored = {item["id"] for item in page["items"] if not item["practice"]}
    assert scored == set(key["items"])
    who = Counter(
        (item["test"], item["sentence"], key["clips"][item["clips"][0]]["system"])
        for item in key["items"].values()
        if item["test"] != "abx"
    )
    chosen = {item["sentence"] for item in key["items"].values()}
    assert len(chosen) == 3 and set(who.values()) == {1}
    assert set(who) == {
        (test, sentence, speaker)
        for sentence in chosen
        for test, speakers in (("mos", SPEAKERS[:3]), ("similarity", SPEAKERS))
        for speaker in speakers
    }
    abx = [item for item in key["items"].values() if item["test"] == "abx"]
    firsts = Counter(key["clips"][item["clips"][0]]["system"] for item in abx)
    assert len(abx) == 3 and sorted(firsts.values()) == [1, 2], "A and B are balanced"


def test_references_are_other_sentences_of_the_target(folders):
    _, page, key = build(folders, sentences=5)
    for item in page["items"]:
        voices = [key["clips"][clip] for clip in item["clips"]]
        sentences = [re.search(r"sentence \d", voice["file"])[0] for voice in voices]
        if item["test"] == "mos":
            assert len(voices) == 1
        else:
            assert voices[-1]["system"] == "target" and sentences[-1] not in sentences[:-1]
        if item["test"] == "abx":
            assert len(voices) == 3 and {voice["system"] for voice in voices[:2]} == set(SPEAKERS[:2])
            assert sentences[0] == sentences[1]


def test_practice_is_on_a_sentence_that_is_not_scored(folders):
    _, page, key = build(folders, sentences=4)
    practice = [item for item in page["items"] if item["practice"]]
    heard = {re.search(r"sentence \d", key["clips"][item["clips"][0]]["file"])[0] for item in practice}
    assert len(heard) == 1 and not heard & {item["sentence"] for item in key["items"].values()}
    assert Counter(item["test"] for item in practice) == {"mos": 3, "similarity": 3, "abx": 1}


def test_nothing_in_the_page_tells_who_speaks(folders):
    text, page, key = build(folders)
    outside = text.replace(json.dumps(page), "")
    assert len(outside) < len(text)
    for word in (*SPEAKERS[:2], "sentence 1", str(folders), "key.json"):
        assert word not in text
    ids = [item["id"] for item in page["items"]]
    assert ids == sorted(ids) and list(page["clips"]) == sorted(page["clips"])
    assert set(page["items"][0]) == {"id", "test", "practice", "clips"}
    flacs = [base64.b64decode(flac) for flac in page["clips"].values()]
    assert len({flac[:12] + flac[18:21] for flac in flacs}) == 1, "one block size, rate, number of channels, depth"
    assert not any(b"wav" in flac or b"system" in flac for flac in flacs)
    assert not re.search(r'(?:src|href|action)="(?!data:)|url\(|https?:|@import', outside), "self-contained"


def test_the_same_call_writes_the_same_page_and_another_seed_another(folders):
    once, again, other = (build(folders, seed=seed) for seed in (1, 1, 2))
    assert once == again
    assert once[1]["test"] != other[1]["test"] and not set(once[1]["clips"]) & set(other[1]["clips"])


def test_recordings_of_several_rates_and_formats_become_one(folders):
    for number, name in enumerate(NAMES):
        (folders / "betasystem" / f"{name}.wav").unlink()
        path, rate = folders / "betasystem" / f"{name}.flac", (16000, 11025)[number % 2]
        write_tone(path, pitch_hz("betasystem", name), rate=rate)
    _, page, key = build(folders, sentences=5)
    assert {soundfile.info(io.BytesIO(base64.b64decode(flac))).samplerate for flac in page["clips"].values()} == {16000}
    for clip, entry in key["clips"].items():
        name = re.search(r"sentence \d", entry["file"])[0]
        assert listen(page["clips"][clip])[0] == pytest.approx(pitch_hz(entry["system"], name), abs=1)


def test_a_target_that_speaks_other_sentences(folders):
    for number, name in enumerate(NAMES):
        (folders / "target" / f"{name}.wav").rename(folders / "target" / f"other {number}.wav")
    _, page, key = build(folders)
    for item in key["items"].values():
        files = [key["clips"][clip]["file"] for clip in item["clips"]]
        assert len(set(files)) == len(files)
    assert Counter(item["test"] for item in key["items"].values()) == {"mos": 9, "similarity": 12, "abx": 3}


def test_without_a_target_there_is_mos_alone(folders):
    _, page, key = build(folders, target=None, source=None)
    assert page["tests"] == ["mos"] and len(key["items"]) == 6


def test_few_sentences_are_all_taken_and_practiced_on(folders):
    _, page, key = build(folders, sentences=None, tests=["mos"])
    assert page["tests"] == ["mos"] and len({item["sentence"] for item in key["items"].values()}) == 5
    assert sum(item["practice"] for item in page["items"]) == 3


def test_every_pair_of_three_systems_is_compared(folders):
    systems = {name: folders / name for name in ("alphasystem", "betasystem")} | {"third": folders / "source"}
    listening.build(systems, folders / "p.html", folders / "target", sentences=4)
    key = json.loads((folders / "p.key.json").read_text())
    a_b = Counter(
        tuple(key["clips"][clip]["system"] for clip in item["clips"][:2])
        for item in key["items"].values()
        if item["test"] == "abx"
    )
    assert a_b == {pair[::turn]: 2 for pair in combinations(systems, 2) for turn in (1, -1)}


# Loudness


@given(st.floats(0.001, 0.9), st.integers(4000, 48000))
def test_the_level_of_a_tone(amplitude, rate):
    y = amplitude * np.sin(2 * np.pi * 0.1 * np.arange(rate))
    assert active_level_db(y, rate) == pytest.approx(20 * np.log10(amplitude / np.sqrt(2)), abs=0.05)


@given(st.integers(1, 5), st.floats(0, 1e-3))
def test_pauses_do_not_count(seconds, noise):
    tone = 0.1 * np.sin(2 * np.pi * 0.1 * np.arange(16000))
    pause = noise * np.random.default_rng(0).uniform(-1, 1, 16000 * seconds)
    assert active_level_db(np.concatenate([pause, tone, pause]), 16000) == pytest.approx(-23.01, abs=0.05)


@pytest.mark.parametrize("samples", [1, 100, 800])
def test_silence_has_no_level_but_a_click_at_the_very_end_has(samples):
    assert active_level_db(np.zeros(samples), 16000) == -np.inf
    assert active_level_db(np.append(np.zeros(samples), 0.5), 16000) > -40


def test_a_clip_that_would_be_cut_lowers_all_alike():
    tone = 0.01 * np.sin(2 * np.pi * 0.1 * np.arange(8000))
    click = tone + np.where(np.arange(8000) % 2000 == 1000, 0.9, 0.0)
    usual, peaky = level_gains([(tone, 8000), (click, 8000)])
    assert peaky * np.abs(click).max() == pytest.approx(0.999)
    levels = [active_level_db(gain * y, 8000) for gain, y in ((usual, tone), (peaky, click))]
    assert levels[0] == pytest.approx(levels[1]) and levels[0] < LEVEL_DB - 1


# Mistakes

MISTAKES = {
    "one system": ("--system=a={alphasystem}", "at least two systems, but 1 was named"),
    "the same name": ("--system=a={alphasystem} --system=a={betasystem}", "two systems have the same name"),
    "a kept name": ("--system=a={alphasystem} --system=source={betasystem}", "'source' is kept for the natural"),
    "unknown test": ("{two} --tests=mos,mushra", "'mushra' is not allowed; choose one of: mos, similarity, abx"),
    "no target": ("{two} --tests=abx", "name a folder of natural recordings with --target"),
    "too many sentences": ("{two} --sentences=6", "--sentences: 6 are wanted, but the folders have 5 in common"),
    "no folder": ("--system=a={alphasystem} --system=b={nowhere}", "{nowhere}: there is no such folder"),
    "empty folder": ("--system=a={alphasystem} --system=b={empty}", "{empty}: holds no .wav, .flac, "),
    "no common name": (
        "--system=a={alphasystem} --system=b={strange}",
        "no recording has the same name in all folders (a has sentence 1; b has silent)",
    ),
    "silent": ("--system=a={strange} --system=b={strange} --sentences=1", "silent.wav: is silent"),
    "too short": ("--system=a={brief} --system=b={brief}", "brief.wav: lasts 0.050 s, too short"),
    "no audio": ("--system=a={text} --system=b={text}", "text.wav: is no readable audio file"),
    "two of one name": ("--system=a={twice} --system=b={twice}", "one.wav: there is also one.flac"),
    "one target recording": ("--system=a={text} --system=b={text} --target={brief}", "there is one recording only"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_in_one_sentence(case, folders, capsys):
    arguments, sentence = MISTAKES[case]
    write_tone(folders / "strange" / "silent.wav", 100, level=0)
    write_tone(folders / "brief" / "brief.wav", 100, seconds=0.05)
    write_tone(folders / "twice" / "one.wav", 100)
    write_tone(folders / "twice" / "one.flac", 100)
    for name in "empty", "text":
        (folders / name).mkdir()
    (folders / "text" / "text.wav").write_text("I am a text")
    places = {path.name: path for path in folders.iterdir()} | {"nowhere": folders / "nowhere"}
    places["two"] = f"--system=a={places['alphasystem']} --system=b={places['betasystem']}"
    given = [
        part.format(**places)
        for part in arguments.format(
            two=places["two"], **{name: f"{{{name}}}" for name in places if name != "two"}
        ).split()
    ]
    page = folders / "out" / "page.html"
    assert cli.main(["listening-test", "build", *given, "--output", str(page)]) == 2
    err = capsys.readouterr().err
    assert err.startswith("vconv: ") and err.count("\n") == 1 and sentence.format(**places) in err
    assert not page.parent.exists()


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["build", "--system=x", "--output=y"], "'x' is not NAME=DIR"),
        (["build", "--output=y"], "--system"),
        (["build", "--system=a=b", "--output=y", "--sentences=0"], "'0' is not a whole number from 1 to 1000000"),
        (["score", "x.json"], "--key"),
        ([], "build|score"),
    ],
)
def test_usage(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as leave:
        cli.main(["listening-test", *arguments])
    assert leave.value.code == 2 and sentence in capsys.readouterr().err


def test_the_command_builds(folders, capsys):
    systems = [f"--system={name}={folders / name}" for name in SPEAKERS[:2]]
    page = folders / "new" / "page.html"
    assert cli.main(["listening-test", "build", *systems, "--seed=3", "--output", str(page)]) == 0
    out = capsys.readouterr().out
    assert f"{page}: 10 questions on 5 of 5 sentences, about 1 minutes a listener" in out
    assert f"{page.with_name('page.key.json')}: the key" in out
    assert sorted(path.name for path in page.parent.iterdir()) == ["page.html", "page.key.json"]


# Each listener's order, in the browser


def numbers(text):
    """The page's generator as docs/listening_test.md has it: numbers in [0, 1)."""
    state = 0x811C9DC5
    for byte in text.encode():
        state = (state ^ byte) * 0x01000193 % 2**32
    while True:
        state = (state + 0x9E3779B9) % 2**32
        mixed = (state ^ state >> 16) * 0x85EBCA6B % 2**32
        mixed = (mixed ^ mixed >> 13) * 0xC2B2AE35 % 2**32
        yield (mixed ^ mixed >> 16) / 2**32


@pytest.fixture
def order(browser, folders):  # noqa: F811
    """A function of (listeners, seed): the steps that the page takes each of them through; and the page's content."""
    _, page, _ = build(folders)
    open_page(browser, folders / "page.html")
    script = "return arguments[0].map((listener) => stepsFor(listener, {...data, seed: arguments[1]}))"
    return lambda listeners, seed=0: browser.execute_script(script, listeners, seed), page


def test_each_listener_hears_each_item_once_and_always_in_the_same_order(order):
    steps_for, page = order

    @settings(max_examples=60, deadline=None)
    @given(st.text(), st.integers(-(2**31), 2**31))
    def check(listener, seed):
        steps, again = steps_for([listener, listener], seed)
        assert steps == again
        items = [step for step in steps if "id" in step]
        assert sorted(item["id"] for item in items) == [item["id"] for item in page["items"]]
        kinds = [(step.get("part"), step.get("counts"), step.get("test"), step.get("practice")) for step in steps]
        blocks = [kind for kind, before in zip(kinds, [None, *kinds], strict=False) if kind != before]
        assert blocks == [
            kind
            for test in page["tests"]
            for kind in (
                (test, None, None, None),
                (None, None, test, True),
                (None, test, None, None),
                (None, None, test, False),
            )
        ]
        clips = {item["id"]: item["clips"] for item in page["items"]}
        turned = {item["clips"] != clips[item["id"]] for item in items if item["test"] == "abx"}
        assert len(turned) == 1, "A and B stay balanced for each listener"
        assert all(
            sorted(item["clips"]) == sorted(clips[item["id"]]) and item["clips"][-1] == clips[item["id"]][-1]
            for item in items
        )
        random = numbers(f"{seed}/{listener}")
        expected = [item["id"] for item in page["items"] if item["test"] == "mos" and not item["practice"]]
        for last in range(len(expected) - 1, 0, -1):
            other = int(next(random) * (last + 1))
            expected[last], expected[other] = expected[other], expected[last]
        assert [item["id"] for item in items if item["test"] == "mos" and not item["practice"]] == expected

    check()


def test_orders_are_spread_over_listeners(order):
    steps_for, page = order
    clips = {item["id"]: item["clips"] for item in page["items"]}
    firsts, turned = Counter(), 0
    for steps in steps_for([f"listener {number}" for number in range(300)]):
        firsts[next(step["id"] for step in steps if step.get("practice") is False)] += 1
        turned += any(step["clips"] != clips[step["id"]] for step in steps if "id" in step)
    assert len(firsts) == 9 and all(15 < count < 60 for count in firsts.values()), firsts
    assert 115 < turned < 185


# A whole session


def wait(condition, seconds=10):
    """Return what `condition` returns, as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "the page did not get there"
        time.sleep(0.01)
    return found


class Listener:
    """Someone at the page: by keyboard or mouse, with fixed opinions about who speaks."""

    MOS = {"alphasystem": 4, "betasystem": 2, "target": 5}
    SIMILARITY = {"alphasystem": 2, "betasystem": 3, "target": 1, "source": 4}

    def __init__(self, driver, key):
        self.driver, self.key = driver, key

    def press(self, *keys):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def position(self):
        return self.driver.execute_script("return state.position")

    def opinion(self, item):
        """Return which answer to give, by its value."""
        voices = [self.key["clips"][clip]["system"] for clip in item["clips"]]
        if item["test"] == "abx":
            return 1 + voices.index("alphasystem")
        return (self.MOS if item["test"] == "mos" else self.SIMILARITY)[voices[0]]

    def answer(self, item, by_mouse):
        """Listen to a question and answer it; answers given too early must not count."""
        before = self.position()
        self.press("1", "\ue007")  # Enter
        assert self.position() == before and not self.all("[name=answer]:checked") and self.all("fieldset:disabled")
        assert self.find(".practice").is_displayed() == item["practice"]
        players = self.all(".player")
        assert len(players) == len(item["clips"])
        if by_mouse:
            for number, player in enumerate(players):
                assert self.all("fieldset:disabled"), f"only {number} of {len(players)} were heard"
                player.click()
                wait(lambda player=player: "✓ heard" in player.text)
        else:
            self.press(" ")
        wait(lambda: not self.all("fieldset:disabled"))
        assert not self.all("form button.main:enabled"), "no answer yet"
        value = self.opinion(item)
        if by_mouse:
            self.find(f".answer:has([value='{value}'])").click()
            self.find("form button.main").click()
        else:
            other = 1 if value == 2 else 2
            self.press(str(other), str(value), "\ue007")
        assert self.position() == before + 1

    def go_on(self, stop=None):
        """Go through the steps up to the position `stop`, or all."""
        while (position := self.position()) != stop:
            step = self.driver.execute_script("return steps[state.position]")
            if not step:
                return
            if "id" in step:
                self.answer(step, by_mouse=position % 3 == 0)
            else:
                self.press("\ue007")
                assert self.position() == position + 1


def test_a_whole_session(browser, folders):  # noqa: F811
    _, page, key = build(folders, sentences=1)
    downloads = folders / "downloads"
    downloads.mkdir()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)})
    open_page(browser, folders / "page.html")
    listener = Listener(browser, key)
    listener.find("#listener").send_keys("  Zoë  M ")
    listener.press("\ue007")
    listener.go_on(stop=8)
    assert listener.find("#who").text == "Listener: Zoë M." and listener.find("#count").text == "3 of 8"
    step = browser.execute_script("return steps[state.position]")
    browser.refresh()
    assert browser.execute_script("return steps[state.position]") == step
    assert listener.position() == 8 and listener.find("#count").text == "3 of 8"
    listener.go_on()
    assert listener.find("h1").text == "Thank you!" and listener.find("#count").text == "8 of 8"
    listener.find("#download").click()
    [path] = wait(lambda: list(downloads.glob("*.json")))
    assert path.name == f"listening-Zoë_M-{page['test']}.json"
    assert path.read_text(encoding="utf-8") == listener.find("#result").get_property("value")
    listener.find("#copy").click()
    assert wait(lambda: listener.find("#stage [role=status]").text) == "Copied."
    shown = browser.execute_script("return document.body.innerText + document.querySelector('textarea').value")
    assert not any(word in shown for word in SPEAKERS[:2])
    assert_quiet_and_alone(browser)

    scores, failures = listening_scores.score(folders / "page.key.json", [path])
    assert failures == [] and scores["listeners"] == 1 and scores["dropped"] == {}
    assert {name: entry["mean"] for name, entry in scores["mos"].items()} == Listener.MOS
    assert {name: entry["mean"] for name, entry in scores["similarity"].items()} == {
        name: grade <= 2 for name, grade in Listener.SIMILARITY.items()
    }
    assert [entry["mean"] for entry in scores["abx"]] == [1.0]

    browser.refresh()
    assert listener.find("h1").text == "Thank you!", "the answers are still there"
    listener.find("#restart").click()
    browser.switch_to.alert.accept()
    assert listener.find("h1").text == "Listening test"
    listener.press("\ue007")
    listener.find("button.main").click()
    assert re.fullmatch(r"Listener: listener-[0-9a-f]{8}\.", listener.find("#who").text)


def test_each_screen_fits_a_phone_and_shows_where_the_keyboard_is(browser, folders):  # noqa: F811
    build(folders)
    open_page(browser, folders / "page.html")
    listener = Listener(browser, None)
    start = "state = {listener: 'x', position: 0, answers: {}}; steps = stepsFor('x', data);"
    kinds = browser.execute_script(start + "return steps.map((step) => [step.test, step.part, step.counts].join())")
    unnamed = (
        "return [...document.querySelectorAll('#stage :is(button, input, textarea)')].filter((control) => "
        "!(control.labels?.length || control.innerText)).length"
    )
    for dark in False, True:
        emulate(browser, 320, 640, dark)
        background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", background))) < 200) == dark
        for position in (None, *sorted({kind: number for number, kind in enumerate(kinds)}.values()), len(kinds)):
            if position is None:
                browser.execute_script("state = null; steps = []; show()")
            else:
                browser.execute_script(start + "state.position = arguments[0]; show()", position)
            assert overflow(browser) <= 0 and browser.execute_script(unnamed) == 0
    browser.execute_script("state.position = 1; show()")
    for _ in range(2):
        listener.press("\ue004")  # Tab
        style = browser.execute_script(
            "const now = document.activeElement, style = getComputedStyle(now);"
            "return [now.tagName, style.outlineStyle, style.outlineWidth]"
        )
        assert style == ["BUTTON", "solid", "3px"]
