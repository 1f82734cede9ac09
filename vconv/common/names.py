"""Names of files and speakers, in composed Unicode."""

import unicodedata


def composed(text):
    """Return `text` in composed Unicode (NFC); macOS writes accents as separate characters."""
    return unicodedata.normalize("NFC", text)


def is_unicode(text):
    """Return whether a name is Unicode text; Python reads other bytes in a file name as lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
