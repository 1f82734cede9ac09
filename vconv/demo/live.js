// Live conversion: microphone → WebSocket → loudspeaker. vconv/demo/live.py describes the messages.

import { levelOf, openMicrophone } from "./sound.js";

const START_MS = 60, MOST_MS = 250;  // of sound in the buffer before the loudspeaker
const PING_MS = 1000, LONGEST_ANSWER_MS = 5000;
const TOO_SLOW = "The server or the connection is too slow for live conversion.";

// Starts a live conversion. `query` is a URLSearchParams; `on` has the callbacks started(), level(0 to 1),
// latency({name: milliseconds}, gaps, [source, converted F0 in Hz]), note(sentence) and ended(sentence or null).
// Resolves to {send, stop}; `send` takes what the server understands, such as {bypass: true}.
export async function startLive(query, on) {
  let socket, declared = null, playback = { bufferedMs: 0, gaps: 0 };
  const microphone = await openMicrophone((block) => {
    on.level(levelOf(block));
    if (declared && socket.readyState === WebSocket.OPEN) socket.send(block);
  });
  const { context } = microphone, samples = (ms) => Math.round(ms * context.sampleRate / 1000);
  const player = new AudioWorkletNode(context, "playback", {
    numberOfInputs: 0, outputChannelCount: [1],
    processorOptions: { startSamples: samples(START_MS), mostSamples: samples(MOST_MS) },
  });
  player.connect(context.destination);
  player.port.onmessage = ({ data }) => { playback = data; };

  query.set("rate", context.sampleRate);
  const address = new URL(`api/live?${query}`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const send = (order) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(order));
  let asked = null;  // when the ping was sent that is not answered
  const timer = setInterval(() => {
    if (!declared) return;
    if (asked === null) send({ ping: asked = performance.now() });
    else if (performance.now() - asked > LONGEST_ANSWER_MS) end(TOO_SLOW);
  }, PING_MS);
  let over = false;
  const end = (why) => {
    if (over) return;
    over = true;
    clearInterval(timer);
    socket.close();
    microphone.close();
    on.ended(why);
  };
  const told = (answer) => {
    if (answer.error) return end(answer.error);
    if (answer.terms) {
      declared = answer;
      return on.started();
    }
    asked = null;
    answer.notes.forEach(on.note);
    on.latency({
      "voice conversion": declared.latency_ms,
      "connection and computing": performance.now() - answer.pong,
      "buffers": microphone.blockMs + playback.bufferedMs,
      "sound card": 1000 * (context.baseLatency + (context.outputLatency || 0)),
    }, playback.gaps, answer.f0_hz);
  };
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") told(JSON.parse(data));
    else player.port.postMessage(new Float32Array(data));
  };
  socket.onclose = () => end("The server ended the connection.");
  return { send, stop: () => end(null) };
}
