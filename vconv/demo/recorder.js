// Recording from the microphone to a WAV file.

import { levelOf, openMicrophone, toWav } from "./sound.js";

// Starts a recording that ends by itself after `longestS` seconds. `on.heard(level, seconds)` is called for each block
// and `on.full()` at the end of that time. Resolves to {stop}, which returns the file.
export async function startRecording(longestS, on) {
  const blocks = [];
  let seconds = 0;
  const microphone = await openMicrophone((block) => {
    if (seconds >= longestS) return;
    blocks.push(block);
    seconds += microphone.blockMs / 1000;
    on.heard(levelOf(block), seconds);
    if (seconds >= longestS) on.full();
  });
  return {
    stop() {
      microphone.close();
      return new File([toWav(blocks, microphone.context.sampleRate)], "recording.wav", { type: "audio/wav" });
    },
  };
}
