"""Ready voices as text for a terminal and as a Markdown table."""

from vconv.voices.voice_file import ADAPTED

SCORES = {  # measure → title, unit, decimals, factor
    "mcd24": ("MCD", "dB", 2, 1),
    "rmse_cents": ("F0 RMSE", "cents", 0, 1),
    "normalized_similarity": ("normalized similarity", "", 2, 1),
    "log_likelihood_ratio": ("log-likelihood ratio", "nats", 2, 1),
    "distillmos": ("predicted naturalness", "", 2, 1),
    "wer": ("word errors", "%", 1, 100),
}
TITLES = ("voice", "corpus", "license", "speakers", "pairs that were measured", "scores", "digest")


def scores_of(voice):
    """Return the scores of a `VoiceFile` as texts such as "MCD 6.37 dB"; none if it holds no scores."""
    texts = []
    for entry in (voice.facts["scores"] or {}).values():
        if isinstance(entry, dict) and entry["measure"] in SCORES and entry["mean"] is not None:
            title, unit, decimals, factor = SCORES[entry["measure"]]
            texts.append(f"{title} {entry['mean'] * factor:.{decimals}f} {unit}".rstrip())
    return texts


def as_text(voice):
    """Return lines about a `VoiceFile` for a terminal."""
    facts, card = voice.facts, voice.facts["card"]
    lines = [
        f"{voice.name}: {facts['model']}, {facts['features']['sample_rate']} Hz ({voice.path.name}, {voice.digest})"
    ]
    lines += [
        f"  {speaker['name']:16s}{speaker['sex']:12s}{speaker['mean_f0_hz']:6.1f} Hz{_adapted(speaker)}"
        for speaker in facts["speakers"]
    ]
    pairs = f" ({', '.join(facts['scores']['pairs'])})" if facts["scores"] else ""
    lines += [f"  {key}: {text}" for key, text in card.items()]
    lines.append(f"  scores{pairs}: {', '.join(scores_of(voice)) or 'none'}")
    return "\n".join(lines)


def _adapted(speaker):
    """Return what the list says of a speaker that was added after the training."""
    return f", adapted with {speaker[ADAPTED]['speech_s']:g} s of speech" if ADAPTED in speaker else ""


def as_markdown(voices):
    """Return the rows of a Markdown table of `VoiceFile`s, with a head."""
    rows = [TITLES, ["---"] * len(TITLES)]
    for voice in voices:
        facts, card = voice.facts, voice.facts["card"]
        speakers = [f"{one['name']} ({one['sex']}, {one['mean_f0_hz']:.0f} Hz)" for one in facts["speakers"]]
        pairs = facts["scores"]["pairs"] if facts["scores"] else []
        rows.append(
            [
                f"`{voice.name}`",
                f"{card['corpus']}, {card['source']}",
                card["license"],
                *(", ".join(texts) or "none" for texts in (speakers, pairs, scores_of(voice))),
                f"`{voice.digest}`",
            ]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
