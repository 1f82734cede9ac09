// The microphone as blocks of samples, and samples as a WAV file.

const BLOCK_S = 0.02;

// Why this page cannot use the microphone; null if it can.
export function whyNoMicrophone() {
  if (navigator.mediaDevices && window.AudioWorkletNode) return null;
  if (window.isSecureContext) return "This browser gives pages no microphone. Files can be converted all the same.";
  return "The microphone is not available, because this page came over plain HTTP from another machine. Open it over " +
    "HTTPS (vconv demo --certificate FILE --key FILE), or on the machine itself. Files can be converted all the same.";
}

// Opens the microphone. `heard` gets blocks of 20 ms, Float32Array. Resolves to {context, blockMs, close}.
export async function openMicrophone(heard) {
  // The browser's processing for calls would change the voice.
  const asItIs = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: asItIs });
  } catch (error) {
    const denied = error.name === "NotAllowedError";
    throw new Error(denied ? "The browser did not allow the microphone; allow it in the address bar and try again."
      : `The microphone cannot be opened (${error.message}); connect one and try again.`);
  }
  const context = new AudioContext({ latencyHint: "interactive" });
  await context.audioWorklet.addModule("worklets.js");
  await context.resume();
  const blockSamples = Math.round(BLOCK_S * context.sampleRate);
  const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, processorOptions: { blockSamples } });
  capture.port.onmessage = ({ data }) => heard(data);
  context.createMediaStreamSource(stream).connect(capture);
  return {
    context,
    blockMs: 1000 * blockSamples / context.sampleRate,
    close() {
      stream.getTracks().forEach((track) => track.stop());
      context.close();
    },
  };
}

// Root mean square of a block, on a scale of 0 to 1 that covers 60 dB.
export function levelOf(block) {
  const power = block.reduce((sum, sample) => sum + sample * sample, 0) / block.length;
  return Math.min(1, Math.max(0, 1 + 10 * Math.log10(power + 1e-12) / 60));
}

// A WAV file, 16 bits mono, of blocks of samples.
export function toWav(blocks, rate) {
  const count = blocks.reduce((sum, block) => sum + block.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);  // PCM
  view.setUint16(22, 1, true);  // channels
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = 44;
  for (const block of blocks) {
    for (const sample of block) {
      view.setInt16(at, Math.round(32767 * Math.min(1, Math.max(-1, sample))), true);
      at += 2;
    }
  }
  return new Blob([view], { type: "audio/wav" });
}
