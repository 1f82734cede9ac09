"""Each measure has one description, which all outputs share."""

from vconv.evaluation.measures import GROUPS, MEASURES, in_group
from vconv.evaluation.protocols import PROTOCOLS
from vconv.evaluation.quantity import GOALS


def test_every_measure_is_described_and_belongs_to_a_group():
    for key, measure in MEASURES.items():
        assert key == measure.key and measure.label and measure.goal in GOALS and measure.group in GROUPS
    assert all(in_group(key) for key in GROUPS)


def test_labels_are_unambiguous():
    assert len({str(measure) for measure in MEASURES.values()}) == len(MEASURES)


def test_every_protocol_is_a_measure():
    assert [measure.key for measure in in_group("mcd")] == list(PROTOCOLS)


def test_only_the_protocol_of_distortion_depends_on_the_options():
    assert [key for key, group in GROUPS.items() if not group.protocol] == ["mcd"]
