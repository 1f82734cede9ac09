// The user's recording: from the microphone or a file.

import { about } from "./choice.js";
import { find, tell, urlOf } from "./dom.js";
import { startRecording } from "./recorder.js";

export const CHANGED = "recording-changed";  // event of the section "recording"
export let source = null;  // a File
const { minutes, megabytes } = about.limits;
let recorder = null;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export function setSource(file) {
  if (file.size > 1e6 * megabytes) {
    return tell("source-status", `${file.name} has more than ${megabytes} MB; cut it, or save it as MP3.`, true);
  }
  source = file;
  URL.revokeObjectURL(find("source").src);
  Object.assign(find("source"), { src: urlOf(file), hidden: false });
  tell("source-status", file.name);
  find("record").classList.remove("main");
  find("recording").dispatchEvent(new Event(CHANGED));
}

export async function record() {
  if (recorder) return endRecording();
  find("record").disabled = true;
  try {
    recorder = await startRecording(60 * minutes, {
      heard(level, seconds) {
        find("level").value = level;
        find("record").textContent = `Stop ${clock(seconds)}`;
      },
      full: endRecording,
    });
    find("record").classList.add("active");
    find("level").hidden = false;
    tell("source-status", "Recording …");
  } catch (error) {
    tell("source-status", error.message, true);
  }
  find("record").disabled = false;
}

function endRecording() {
  setSource(recorder.stop());
  recorder = null;
  find("level").hidden = true;
  find("record").classList.remove("active");
  find("record").textContent = "Record again";
}

export function tellUnplayable() {
  find("source").hidden = true;
  tell("source-status", `${source.name}: this browser cannot play it; it can be converted if the server reads it.`);
}
