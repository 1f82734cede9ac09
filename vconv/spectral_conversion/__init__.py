"""SPECTRAL CONVERSION: spectral features of one speaker → those of another, by a trained network.

A spectral converter encodes the `Frames` of an utterance once (`encode`) and predicts its spectrum for any target
speaker (`predict`). A recording that is too long for the memory is encoded in blocks: `encode` then gets the
`SpeechFacts` of the whole, and `predict` the part for the block of what `target_facts` gathered over all blocks.

`AcousticConverter` holds the corrections that serve every model; a subclass for each kind of network adds what the
network takes and gives. Four attributes set the other steps of the conversion:

- `convert_f0`: function that converts F0 from one speaker to another (`vconv.audio.f0`)
- `resynthesis_iterations`: rounds of analysis by synthesis (`vconv.audio.resynthesis`)
- `uses_spectrum`: whether `encode` needs the spectrum of the `Frames`, and not their mel-cepstrum alone
- `keep_source_silence`: whether the result has the recording's own signal in pauses (`vconv.audio.silence`)
"""
