"""The sample rates that the formats of audio files can have."""

from vconv.common.errors import VconvError

HIGHEST_HZ = {".wav": 2**31 - 1, ".flac": 655_350, ".ogg": 200_000}  # with more, libsndfile fails or crashes
FLAC_ANY_HZ = 65_535  # up to here FLAC has every rate, above in steps of 10 Hz


def check(suffix, rate):
    """Raise a VconvError unless files with the suffix, such as ".ogg", can have the sample rate `rate`, in Hz."""
    allowed = f"from 1 to {HIGHEST_HZ[suffix]:,} Hz"
    possible = 1 <= rate <= HIGHEST_HZ[suffix]
    if suffix == ".flac" and rate > FLAC_ANY_HZ:
        allowed += f", above {FLAC_ANY_HZ:,} Hz in steps of 10 Hz"
        possible &= rate % 10 == 0
    if not possible:
        raise VconvError(
            f"the format {suffix[1:]} cannot have a sample rate of {rate:,} Hz; choose a rate {allowed}, "
            "or another format"
        )
