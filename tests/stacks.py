"""Random stacks of transposed convolutions for tests."""

from hypothesis import strategies as st

from vconv.layers.upsampling import Upsampling


def axis_stack(layers):
    return [Upsampling(f"layer {n}", (k,), (s,), padding) for n, (k, s, padding) in enumerate(layers, 1)]


LAYERS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 5), st.sampled_from(["same", "valid"])), min_size=1, max_size=3
)
