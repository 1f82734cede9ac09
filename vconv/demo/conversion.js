// What the server makes of the recording: conversions to one speaker, and of its beginning to all.

import { query, speaker } from "./choice.js";
import { find, tell, urlOf, wavOf } from "./dom.js";
import { drawPitch, drawSpectrogram } from "./picture.js";
import { play, sample } from "./players.js";
import { source } from "./recording.js";

const PLACE_MS = 1000;  // between questions about the place in the queue
let result = null, busy = false;

export function enable() {
  find("convert").disabled = find("hear-all").disabled = busy || !source;
  find("add").disabled = busy || !source || !find("consent").checked || !find("new-name").value.trim();
}

function setBusy(value) {
  busy = value;
  find("progress").hidden = !value;
  enable();
}

// Asks the server, with `more` in the query, about the recording. Resolves to its answer, or to null after an error,
// which is shown.
export async function ask(path, doing, more = {}) {
  const ticket = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const timer = setInterval(async () => {
    const { ahead } = await (await fetch(`api/place?ticket=${ticket}`)).json();
    if (busy) tell("status", ahead ? `Waiting: ${ahead} requests are before yours …` : doing);
  }, PLACE_MS);
  setBusy(true);
  tell("status", doing);
  let answer;
  try {
    const response = await fetch(`${path}?${query({ ...more, ticket })}`, { method: "POST", body: source });
    answer = await response.json();
  } catch (error) {
    answer = { error: `The server does not answer (${error.message}).` };
  }
  clearInterval(timer);
  setBusy(false);
  tell("status", answer.error ?? "", Boolean(answer.error));
  return answer.error ? null : answer;
}

export const tellNotes = (notes) => tell("status", notes.map((note) => `Note: ${note}.`).join(" "));

export async function convert() {
  const { name, mean_f0_hz: meanHz } = speaker(), stem = source.name.replace(/\.\w+$/, "");
  const found = await ask("api/convert", `Converting to ${name} …`);
  if (!found) return;
  result = { ...found, meanHz };
  URL.revokeObjectURL(find("converted").src);
  const url = urlOf(wavOf(found.wav));
  find("converted").src = url;
  Object.assign(find("download"), { href: url, download: `${stem}-${name}.wav`, hidden: false });
  tell("converted-title", `Converted to ${name}`);
  tell("target-name", name);
  tellNotes(found.notes);
  for (const part of ["source", "converted"]) {
    const mean = found[part].mean_f0_hz;
    tell(`${part}-pitch`, mean ? `mean pitch ${Math.round(mean)} Hz` : "without a voiced sound");
    find(`${part}-picture`).ariaLabel = `Spectrogram, ${find(`${part}-pitch`).textContent}`;
  }
  find("pitch-picture").ariaLabel = `Pitch of both over time; the mean of ${name} is ${Math.round(meanHz)} Hz`;
  find("result").hidden = false;
  draw();
}

export function draw() {
  if (!result) return;
  const { source: before, converted: after, meanHz } = result;
  drawSpectrogram(find("source-picture"), before);
  drawSpectrogram(find("converted-picture"), after);
  const both = [{ picture: before, color: "--source" }, { picture: after, color: "--converted" }];
  drawPitch(find("pitch-picture"), both, meanHz);
}

// The length of what the pictures show.
export const secondsShown = () => result?.converted.seconds;

export async function hearAll() {
  const found = await ask("api/convert-to-all", "Converting your first seconds to all speakers …");
  if (!found) return;
  removeSamples();
  for (const box of document.querySelectorAll(".speaker")) {
    const name = box.querySelector("input").value;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "▶" });
    button.value = urlOf(wavOf(found[name]));
    button.ariaLabel = `Hear your recording as ${name}`;
    button.addEventListener("click", () => { sample.src = button.value; play(sample); });
    box.append(button);
  }
  tell("status", "The buttons beside the speakers play your first seconds.");
}

export function removeSamples() {
  sample.pause();
  for (const button of document.querySelectorAll(".speaker button")) {
    URL.revokeObjectURL(button.value);
    button.remove();
  }
}
