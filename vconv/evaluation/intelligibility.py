"""Intelligibility: word and character error rates of a speech recognizer."""

import unicodedata
from functools import partial
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.evaluation.neural_packages import package, speech

# Modules and classes of whisper_normalizer that know more than case and punctuation, by language.
NORMALIZERS = {
    "ar": ("international", "ArabicTextNormalizer"),
    "en": ("english", "EnglishTextNormalizer"),
    "es": ("international", "SpanishTextNormalizer"),
    "fr": ("international", "FrenchTextNormalizer"),
    "ru": ("international", "RussianTextNormalizer"),
    "zh": ("international", "ChineseTextNormalizer"),
}


class Recognizer:
    """Whisper by faster-whisper, 8-bit weights, on the CPU (extra `neural`).

    Radford et al. 2022, "Robust speech recognition via large-scale weak supervision", arXiv 2212.04356. Each file is
    transcribed alone, by beam search of width 5 at temperature 0, without the fallback to sampling. So the same file
    always gives the same text.

    Parameters
    ----------
    model : str or Path
        Folder of a model in the format of CTranslate2, or the name of one ("tiny.en", "base.en", "small" …). A named
        model is downloaded once and kept.
    language : str
        Code of the language of all recordings, such as "en"; the model guesses it for each file if it is empty.

    Raises
    ------
    VconvError
        The package is missing, the model cannot be loaded or fetched, or it does not know the language.
    """

    def __init__(self, model="base.en", language=""):
        whisper = package("faster_whisper")
        try:
            self._model = whisper.WhisperModel(str(model), device="cpu", compute_type="int8")
        except Exception as error:  # many types, from the hub, the network or the engine; one remedy
            reason = " ".join(str(error).split())[:200].rstrip(".")
            what = "loaded" if Path(model).is_dir() else "fetched"
            raise VconvError(
                f"{model}: the speech recognizer's model cannot be {what} ({reason}); give the folder of "
                "a faster-whisper model, or a name where the network is open"
            ) from error
        self._language = language or None
        if language and language not in self._model.supported_languages:
            raise VconvError(
                f"{model}: this speech recognizer does not know the language {language!r}; take a multilingual model, "
                "or correct language in corpus.yaml"
            )

    def transcribe(self, y, rate):
        """Return the words in a signal `y` [samples] at `rate` Hz as text; errors as `neural_packages.speech`."""
        segments, _ = self._model.transcribe(
            speech(y, rate),
            language=self._language,
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
        )
        return " ".join(segment.text.strip() for segment in segments)


def error_rates(text, reference, normalized=None):
    """Return word and character error rates of a transcript.

    Parameters
    ----------
    text, reference : str
        The recognizer's transcript and the reference text.
    normalized : callable, optional
        text → text in normal form, applied to both; `normalize` if left out.

    Returns
    -------
    wer, cer : float
        Number of substitutions, deletions and insertions divided by the number of words (characters, with the spaces
        between words) of the reference. Insertions can make a rate exceed 1.

    Raises
    ------
    VconvError
        The reference contains no word, or the package jiwer is missing.
    """
    text, reference = map(normalized or normalize, (text, reference))
    if not reference:
        raise VconvError("the reference contains no word, so there is no error rate; give the text of the sentence")
    jiwer = package("jiwer")
    return jiwer.wer(reference, text), jiwer.cer(reference, text)


def normalizer(language):
    """Return the function text → normal form for a language, given by its code; `normalize` if it is empty.

    The functions are those of whisper_normalizer. They fold case and punctuation; those of English, Spanish, French and
    Chinese also write numbers in digits, and that of English contractions and spellings in one form: "twenty" is "20",
    "don't" is "do not", "colour" is "color". VconvError if the package is missing.
    """
    if not language:
        return normalize
    module, name = NORMALIZERS.get(language, ("basic", "BasicTextNormalizer"))
    of_language = getattr(package(f"whisper_normalizer.{module}"), name)
    clean = of_language() if language in NORMALIZERS else of_language(preserve_marks=True)
    return partial(_words, clean)


def _words(clean, text):
    """Return a text after `clean`, with one space between words."""
    return " ".join(clean(text).split())


def normalize(text):
    """Return the words of a text, in lower case, with one space between them.

    Compatibility characters (NFKC) and case are folded, apostrophes removed, other punctuation replaced by spaces.
    Numbers are not spelled out: "20" is not "twenty".
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(letter for letter in text if letter not in "'’‘`")
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split())
