"""Conversion of one audio file to files: as a whole if it is short, in blocks if it is long."""

import contextlib
from functools import partial

from tqdm import tqdm

from vconv.audio import loudness, recording, wav
from vconv.common.errors import VconvError
from vconv.common.spool import Spool
from vconv.common.threads import one_blas_thread
from vconv.conversion import block_analysis, block_output, block_synthesis, blocks, provenance, targets
from vconv.conversion.block_output import SourceSilence
from vconv.conversion.controls import UNCHANGED

LONGEST_VOCODED_S = wav.LONGEST_UTTERANCE_S  # with a vocoder, a recording is converted as a whole
ANALYSIS_SHARE = 0.5  # of the work on a long file with one target
UNVOICED = "no frame is voiced, so it is converted without a voice, like a whisper"
BAR = "{desc} {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s of audio [{elapsed}<{remaining}, {rate_noinv_fmt}]"


def convert(
    converter,
    path,
    outputs,
    source=None,
    file_rate=None,
    synthesis="world",
    vocoder=None,
    controls=UNCHANGED,
    report=None,
):
    """Convert an audio file to one or several speakers, and write the results.

    Parameters
    ----------
    converter : vconv.conversion.converter.VoiceConverter
    path : Path
    outputs : dict
        Target, as in `targets.parse` → path of the converted file.
    source : str, optional
        The speaker; an unseen one when left out.
    file_rate : int, optional
        Sample rate of the files, in Hz; that of the model when left out.
    synthesis : {"world", "diff"}
    vocoder : vconv.conversion.vocoders.Vocoder, optional
        Resynthesizes the results.
    controls : vconv.conversion.controls.Controls
    report : callable, optional
        Gets a sentence about each oddity of the recording.

    Yields
    ------
    target : str
    gain : float
        As of `wav.write`.
    """
    if vocoder and recording.is_longer(path, LONGEST_VOCODED_S):
        raise VconvError(
            f"{path}: is longer than {LONGEST_VOCODED_S / 60:g} minutes, which this vocoder resynthesizes at most; use "
            "--vocoder world or diff, which take any length, or cut the recording"
        )
    if vocoder is None and recording.is_longer(path, blocks.LONGEST_WHOLE_S):
        yield from _in_blocks(converter, path, outputs, source, file_rate, synthesis, controls, report)
        return
    analyzed = converter.analyze(path, source, report=report)
    for target, output in outputs.items():
        y = converter.synthesize(analyzed, target, synthesis, controls)
        if vocoder:
            y = vocoder.resynthesize(y, converter.rate)
        tags = provenance.tags(converter.name, source, target, controls)
        yield target, wav.write(output, loudness.limit(y, converter.rate), converter.rate, file_rate, tags)


def _in_blocks(converter, path, outputs, source, file_rate, synthesis, controls, report):
    """Convert a long file; parameters as of `convert`."""
    blends = {target: targets.parse(target, converter.speakers) for target in outputs}
    number = None if source is None else converter.number_of(source)
    file_rate = converter.rate if file_rate is None else file_rate
    for output in outputs.values():
        wav.check_format(output, file_rate)
    found = recording.scan(path, report)
    folder = next(iter(outputs.values())).parent
    with contextlib.ExitStack() as stack:
        stack.enter_context(one_blas_thread())

        def open_spool(columns, dtype):
            return stack.enter_context(Spool(folder, columns, dtype))

        bar = stack.enter_context(
            tqdm(total=found.seconds, unit=" s", desc=path.name, bar_format=BAR, leave=False, disable=None)
        )

        def advance(share, weight=ANALYSIS_SHARE):
            bar.update(share * weight * found.seconds)

        utterance = block_analysis.analyze(converter, found, number, open_spool, advance)
        if report and not utterance.f0_hz.any():
            report(UNVOICED)
        source_silence = None
        if synthesis == "world" and converter.spectral.keep_source_silence:
            mask = utterance.facts.mask
            source_silence = SourceSilence.of(utterance.signal, mask, converter.frame_period_ms)
        weight = (1 - ANALYSIS_SHARE) / len(outputs)
        for target, output in outputs.items():
            tags = provenance.tags(converter.name, source, target, controls)
            with Spool(folder) as spool:
                done = partial(advance, weight=weight)
                for y in block_synthesis.synthesize(converter, utterance, blends[target], synthesis, controls, done):
                    spool.append(y)
                gain = block_output.write(output, spool, utterance.signal, source_silence, file_rate, tags)
            yield target, gain
