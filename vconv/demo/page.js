// The page: what it shows at first, and what its controls do.

import { about, offer, showSettings, showSpeakers } from "./choice.js";
import { convert, draw, enable, hearAll, removeSamples, secondsShown } from "./conversion.js";
import { find, tell } from "./dom.js";
import { bypassLive, changeLive, stopLive, toggleLive } from "./live_controls.js";
import { addSpeaker } from "./new_speaker.js";
import { connect } from "./players.js";
import { CHANGED, record, setSource, tellUnplayable } from "./recording.js";
import { whyNoMicrophone } from "./sound.js";

const OWN = ["localhost", "127.0.0.1", "[::1]"];

tell("limits", `${about.limits.minutes} minutes and ${about.limits.megabytes} MB`);
tell("server", OWN.includes(location.hostname) ? "your own machine" : location.host);
tell("version", `vconv ${about.version}.`);
about.voices.forEach(offer);
const why = whyNoMicrophone();
if (why) {
  tell("no-microphone", why);
  find("no-microphone").hidden = false;
  find("record").disabled = find("live").disabled = find("bypass").disabled = true;
}
showSpeakers();
showSettings();
connect(secondsShown);

find("record").addEventListener("click", record);
find("convert").addEventListener("click", convert);
find("hear-all").addEventListener("click", hearAll);
find("add").addEventListener("click", addSpeaker);
find("new-name").addEventListener("input", enable);
find("consent").addEventListener("change", enable);
find("live").addEventListener("click", toggleLive);
find("bypass").addEventListener("change", bypassLive);
find("source").addEventListener("error", tellUnplayable);
find("file").addEventListener("change", () => find("file").files.length && setSource(find("file").files[0]));
find("recording").addEventListener(CHANGED, () => {
  tell("status", "");
  removeSamples();
  enable();
});
find("voice").addEventListener("change", () => {
  stopLive();
  removeSamples();
  showSpeakers();
});
find("speakers").addEventListener("change", changeLive);
for (const id of ["semitones", "strength"]) {
  find(id).addEventListener("input", showSettings);
  find(id).addEventListener("change", () => {
    removeSamples();
    changeLive();
  });
}
for (const kind of ["dragover", "dragleave", "drop"]) {
  find("recording").addEventListener(kind, (event) => {
    event.preventDefault();
    find("recording").classList.toggle("dropping", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) setSource(event.dataTransfer.files[0]);
  });
}
new ResizeObserver(draw).observe(find("result"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
