"""A voice of a recording: one of the server's voices with one more speaker."""

from vconv.adaptation import adapt
from vconv.adaptation.new_speaker import LONGEST_S
from vconv.audio import wav
from vconv.common.errors import VconvError
from vconv.demo.recordings import beginning_of
from vconv.voices import edit


class NewVoice:
    """What is asked for: a voice with a new speaker.

    Parameters
    ----------
    voices : vconv.demo.voices.Voices
        Those of the server.
    speaker : str
        Name of the new speaker.
    consent : bool
        Whether the owner of the voice agrees.

    Raises
    ------
    VconvError
        There is no consent.
    """

    def __init__(self, voices, speaker, consent):
        if not consent:
            raise VconvError("a voice is made only if its owner agrees; confirm that first")
        self._voices, self._speaker = voices, speaker

    def make(self, voice, path, longest_minutes):
        """Add the speaker to a `DemoVoice`.

        Parameters
        ----------
        voice : vconv.demo.voices.DemoVoice
        path : Path
            The recording, in a folder that may be written.
        longest_minutes : float
            That a recording may last.

        Returns
        -------
        answer : dict
            "voice": what the page tells about the new voice; "notes": sentences about oddities of the recording.

        Raises
        ------
        VconvError
            The voice has no codebook, the name is not allowed, or the recording is unreadable or holds too little
            speech.
        """
        adapt.checked_voice(voice.trained)
        name, notes, folder = edit.checked_name(self._speaker, voice.trained), [], path.with_name("speech")
        rate = voice.converter.rate
        wav.write(folder / "recording.wav", beginning_of(path, rate, LONGEST_S, longest_minutes), rate)
        output = path.with_name(f"{voice.about['title']}-{name}{edit.SUFFIX}")
        try:
            adapt.adapt(voice.trained, name, folder, output, notes.append)
        except VconvError as error:
            raise VconvError(str(error).replace(str(folder), str(path))) from error
        notes = [note.replace(str(folder), "the recording") for note in notes]
        return {"voice": self._voices.add(output).about, "notes": notes}
