"""SPECTRAL CONVERSION: spectral features of one speaker → those of another, by a trained network.

A spectral converter encodes the `Frames` of an utterance once (`encode`) and predicts its spectrum for any target
speaker (`predict`). Three attributes set the other steps of the conversion:

- `convert_f0`: function that converts F0 from one speaker to another (`vconv.audio.f0`)
- `resynthesis_iterations`: rounds of analysis by synthesis (`vconv.audio.resynthesis`)
- `keep_source_silence`: whether the result has the recording's own signal in pauses (`vconv.audio.silence`)
"""
