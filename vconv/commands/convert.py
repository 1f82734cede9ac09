"""Convert recordings to another speaker's voice."""

from vconv.commands.options import (
    CONVERSION,
    JOBS,
    RATE_HZ,
    TARGET,
    VOICE,
    add_output,
    add_shared,
    checked_target,
    conversion_of,
    corpus_of,
    note,
    tell,
)
from vconv.common.errors import VconvError

VOCODERS = ("world", "diff", "griffin-lim", "melgan")


def add(sub):
    """Declare the options."""
    sub.add_argument(
        "inputs", nargs="*", metavar="FILE-OR-FOLDER", help="recordings to convert: files, or folders of them"
    )
    add_shared(sub, "--run", required=True, metavar="VOICE-OR-DIR", help=VOICE)
    add_shared(sub, "--source")
    add_shared(sub, "--target", help=f"{TARGET}; needed unless --pairs is given")
    add_shared(
        sub,
        "--pairs",
        default=None,
        help="in place of files: source and target speakers to convert the corpus for, or all",
    )
    sub.add_argument(
        "--split", default="evaluation", help="split of the corpus to convert with --pairs (default: evaluation)"
    )
    add_shared(sub, "--corpus", help="the file that describes the corpus (default: the corpus of the run)")
    add_shared(sub, "--corpus-dir")
    add_output(sub)
    add_shared(sub, "--failures")
    add_shared(sub, "--semitones", "--strength")
    add_shared(sub, "--set", help=CONVERSION)
    sub.add_argument(
        "--vocoder",
        default="world",
        metavar="NAME",
        help="synthesis of the converted features: world; melgan:RUN, griffin-lim or griffin-lim:RUN, which "
        "resynthesize WORLD's result; or diff, which shifts the pitch of the recording itself and filters it "
        "(default: world)",
    )
    add_shared(sub, "--jobs", help=f"number of processes, {JOBS}, for many recordings (default: 1; 64 with slurm)")
    add_shared(sub, "--engine", "--shard")
    add_shared(sub, "--rate", help=f"sample rate of the written files in Hz, {RATE_HZ} (default: the model's)")


def run(options):
    """Run the command."""
    from vconv.audio import sample_rates
    from vconv.common.config import one_of
    from vconv.conversion.tasks import suffix_of
    from vconv.engines import engine
    from vconv.engines.shards import Part
    from vconv.voices import ready

    engine.check(options.engine, options.jobs)
    part = Part.parse(options.shard)
    if bool(options.pairs) == bool(options.inputs):
        raise VconvError("give either recordings to convert and --target, or --pairs of speakers of the corpus")
    if options.pairs and (options.source or options.target):
        raise VconvError("--pairs names source and target speakers; leave out --source and --target")
    trained, suffix = ready.open_run(options.run), suffix_of(options.output, options.format)
    tasks = _tasks(options, trained, suffix)
    one_of(options.vocoder.partition(":")[0], VOCODERS, "--vocoder")
    if options.rate:
        sample_rates.check(suffix, options.rate)
    print(f"converting by {trained}")
    written, failures = _convert(options, trained, tasks, part)
    named = f"{options.output}, part {part}" if part else options.output
    print(f"{named}: {written} files written, {len(failures)} recordings failed")
    return tell(failures, options.failures)


def _tasks(options, trained, suffix):
    """Return the tasks that the options name."""
    from vconv.audio.folder import left_out
    from vconv.conversion.tasks import pair_tasks, parse_pairs, tasks_of

    settings, speakers = trained.settings(), trained.statistics().speakers
    if options.pairs:
        pairs = parse_pairs(options.pairs, speakers)
        return pair_tasks(corpus_of(options, settings), options.split, pairs, options.output, suffix)
    target = checked_target(options, speakers)
    note(left_out(options.inputs))
    return tasks_of(options.inputs, options.source, target, options.output, suffix)


def _convert(options, trained, tasks, part):
    """Convert here, or by an engine if an option or an earlier call asks for it; return (files written, failures)."""
    from vconv.conversion.controls import Controls
    from vconv.conversion.convert_files import convert_all
    from vconv.conversion.convert_parts import convert_parts, folder_of
    from vconv.conversion.converter import SYNTHESES, VoiceConverter
    from vconv.engines.engine import LOCAL

    conversion, controls = conversion_of(options), Controls(options.semitones, options.strength)
    # Also for an engine: settings are checked, and a run without network.onnx gets it, before its workers start.
    converter, world_alone = VoiceConverter.load(trained, conversion), options.vocoder in SYNTHESES
    if options.engine == LOCAL and not (options.jobs or part or folder_of(options.output).is_dir()):
        synthesis, vocoder = (
            (options.vocoder, None) if world_alone else ("world", _vocoder(options.vocoder, converter.rate))
        )
        return convert_all(converter, tasks, options.rate, synthesis, vocoder, controls)
    if not world_alone:
        raise VconvError(
            f"--vocoder {options.vocoder}: runs in one process; leave out --engine, --jobs and --shard, or give "
            f"{' or '.join(SYNTHESES)}"
        )
    jobs = options.jobs or (1 if options.engine == LOCAL else None)
    how = conversion, options.rate, options.vocoder, controls
    return convert_parts(options.run, tasks, options.output, options.engine, jobs, part, *how)


def _vocoder(name, rate):
    """Return the vocoder that follows WORLD for signals of `rate` Hz; VconvError if it is one for another rate."""
    from vconv.layers.tensorflow_start import load_tensorflow

    load_tensorflow()  # takes seconds, so after all checks
    from vconv.conversion import vocoders

    vocoder = vocoders.load(name, rate)
    vocoder.check_rate(rate)  # once, before the first recording
    return vocoder
