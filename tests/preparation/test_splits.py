"""Every speaker is in every split, and a sentence of several speakers is in one split only."""

from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.preparation.splits import held_out


def names(speaker, count):
    return [f"{speaker} {number}" for number in range(count)]


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(3, 60), min_size=1))
def test_every_speaker_is_in_every_split(counts):
    speakers = {speaker: names(speaker, count) for speaker, count in counts.items()}
    splits = held_out(speakers)
    assert not set(splits["evaluation"]) & set(splits["validation"])
    for found in speakers.values():
        held = [len(set(found) & set(chosen)) for chosen in splits.values()]
        assert held == [max(1, round(0.05 * len(found)))] * 2 and sum(held) < len(found)


def test_a_sentence_that_all_read_is_in_the_same_split_for_all():
    splits = held_out({"a": names("x", 8), "b": names("x", 8), "c": names("x", 40)})
    assert len(splits["validation"]) == len(splits["evaluation"]) == 2


def test_the_choice_is_stable():
    assert held_out({"a": names("a", 8)}) == held_out({"a": names("a", 8)[::-1]})
    assert held_out({"a": ["1", "2", "3", "4"]}) == {"evaluation": ["3"], "validation": ["4"]}


def test_a_long_recording_gives_20_sentences_to_each():
    splits = held_out({"a": names("a", 2000)})
    assert [len(chosen) for chosen in splits.values()] == [20, 20]
