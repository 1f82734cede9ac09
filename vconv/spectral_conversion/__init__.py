"""SPECTRAL CONVERSION: spectral features of one speaker → those of another, by a trained network.

A converter encodes the `Frames` of an utterance once (`encode`) and predicts its spectrum for any target speaker
(`predict`). Three attributes tell how the rest of the conversion goes with it:

- `convert_f0`: the rule by which F0 goes from speaker to speaker (`vconv.audio.f0`)
- `resynthesis_iterations`: rounds of analysis by synthesis (`vconv.audio.resynthesis`)
- `keep_source_silence`: whether the pauses are the recording's own (`vconv.audio.silence`)
"""
