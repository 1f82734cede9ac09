"""A voice of a recording: one of the server's voices with one more speaker."""

from vconv.adaptation import adapt
from vconv.adaptation.new_speaker import LONGEST_S
from vconv.audio import wav
from vconv.common.errors import VconvError
from vconv.demo.recordings import beginning_of
from vconv.voices import edit


def make(voice, path, longest_minutes, voices, speaker):
    """Add a speaker to a voice.

    Parameters
    ----------
    voice : vconv.demo.voices.DemoVoice
    path : Path
        A recording of the speaker, in a folder that may be written.
    longest_minutes : float
        That a recording may last.
    voices : vconv.demo.voices.Voices
        Those of the server, which get the new one.
    speaker : str
        Name of the speaker.

    Returns
    -------
    answer : dict
        "voice": what the page tells about the new voice; "notes": sentences about oddities of the recording.

    Raises
    ------
    VconvError
        The voice has no codebook, the name is not allowed, or the recording is unreadable or holds too little speech.
    """
    name, notes, folder = edit.checked_name(speaker, voice.trained), [], path.with_name("speech")
    rate = voice.converter.rate
    wav.write(folder / "recording.wav", beginning_of(path, rate, LONGEST_S, longest_minutes), rate)
    output = path.with_name(edit.usual_output(voice.trained, name))
    try:
        adapt.adapt(voice.trained, name, folder, output, notes.append)
    except VconvError as error:
        raise VconvError(str(error).replace(str(folder), str(path))) from error
    notes = [note.replace(str(folder), "the recording") for note in notes]
    return {"voice": voices.add(output).about, "notes": notes}
