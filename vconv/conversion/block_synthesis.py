"""Second pass over a long recording: its blocks are converted to a speaker and joined."""

from vconv.audio import psola, world
from vconv.audio.resynthesis import resynthesize
from vconv.conversion import blocks, rendering
from vconv.conversion.pulse_phase import PulsePhase


def synthesize(converter, utterance, target, synthesis, controls, advance):
    """Yield the converted signal, float64 [n] at a time, at the level that the synthesis gives.

    Parameters
    ----------
    converter : vconv.conversion.converter.VoiceConverter
    utterance : vconv.conversion.block_analysis.LongUtterance
    target : vconv.spectral_conversion.blend.Blend
    synthesis : {"world", "diff"}
    controls : vconv.conversion.controls.Controls
    advance : callable
        Gets the share of the work that was done since the last call.
    """
    grid = utterance.grid
    f0_hz = converter.converted_f0(utterance.f0_hz, utterance.log_f0, target, controls)
    cuts = grid.cuts(utterance.energy)
    renderer = (_Filter if synthesis == "diff" else _World)(utterance, f0_hz, cuts, converter.frame_period_ms)
    results = _results(converter, utterance, target, controls, f0_hz, renderer)
    for y in blocks.join(grid.blocks, results, cuts, converter.rate):
        yield y
        advance(1 / len(grid.blocks))


def _results(converter, utterance, target, controls, f0_hz, renderer):
    """Yield the converted signal [samples] of each block; `renderer(block, spectrum)` returns a `rendering` function.

    `f0_hz` [T] is that of the result.
    """
    spectral = converter.spectral
    uses_spectrum = spectral.uses_spectrum or renderer.uses_spectrum or controls.strength != 1
    rate, frame_period_ms = converter.rate, converter.frame_period_ms

    def spectrum_of(block):
        y = utterance.signal.of(block)
        return world.estimate_spectrum(y, utterance.f0_hz[block.frames], rate, frame_period_ms)

    def encode(block, spectrum):
        frames = utterance.frames(block, None if spectrum is None else world.normalize_energy(spectrum)[0])
        return spectral.encode(frames, utterance.source, utterance.facts.part(block.frames))

    def encoded_cores():
        for block in utterance.grid.blocks:
            yield encode(block, spectrum_of(block) if spectral.uses_spectrum else None), block.core

    facts = spectral.target_facts(encoded_cores(), target)
    for block in utterance.grid.blocks:
        spectrum = spectrum_of(block) if uses_spectrum else None
        part = None if facts is None else facts.part(block.frames)
        converted = world.restore_energy(*spectral.predict(encode(block, spectrum), target, part))
        if controls.strength != 1:
            converted = controls.spectrum(spectrum + world.ENERGY_FLOOR, converted)
        render, iterations = renderer(block, spectrum), spectral.resynthesis_iterations
        yield resynthesize(render, converted, f0_hz[block.frames], rate, frame_period_ms, iterations)


class _World:
    """Synthesis by WORLD, with the pulses of the whole recording."""

    uses_spectrum = False

    def __init__(self, utterance, f0_hz, cuts, frame_period_ms):
        self._utterance, self._frame_period_ms = utterance, frame_period_ms
        self._phase = PulsePhase(utterance.grid, f0_hz, cuts, frame_period_ms)

    def __call__(self, block, _):
        utterance, rate = self._utterance, self._utterance.grid.rate
        coded = utterance.aperiodicity.read(block.frames.start, block.frames.stop)
        aperiodicity = world.interpolate_aperiodicity(coded, utterance.f0_hz[block.frames], rate)
        f0_hz = self._phase.of(block)
        return lambda spectrum: world.synthesize(f0_hz, spectrum, aperiodicity, rate, self._frame_period_ms)


class _Filter:
    """PSOLA, with the pitch marks of the whole recording, and the differential filter."""

    uses_spectrum = True

    def __init__(self, utterance, f0_hz, _, frame_period_ms):
        self._utterance, self._f0_hz, self._frame_period_ms = utterance, f0_hz, frame_period_ms
        cubes = sum(float((y**3).sum()) for y in utterance.signal.blocks(utterance.grid.blocks[0].last_sample))
        self._chain = psola.Chain(upright=psola.is_upright(cubes))

    def __call__(self, block, spectrum):
        utterance, rate, frame_period_ms = self._utterance, self._utterance.grid.rate, self._frame_period_ms
        next_first = block.frames.start + block.core.stop - utterance.grid.context
        handover = utterance.grid.sample(max(next_first, 0)) - block.first_sample
        old_hz, new_hz = utterance.f0_hz[block.frames], self._f0_hz[block.frames]
        y, self._chain = psola.move_pitch_of_block(
            utterance.signal.of(block), old_hz, new_hz, rate, frame_period_ms, self._chain, handover
        )
        return rendering.filter_of(y, spectrum, rate, frame_period_ms)
