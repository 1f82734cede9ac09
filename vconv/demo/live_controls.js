// The section "Live" of the page.

import { query, settings, target } from "./choice.js";
import { fillList, find, tell } from "./dom.js";
import { startLive } from "./live.js";

let live = null;  // the conversion that runs

const ms = (value) => `${Math.round(value)} ms`;
const hertz = (value) => value ? `${Math.round(value)} Hz` : "–";

export async function toggleLive() {
  if (live) return live.stop();
  find("live").disabled = true;
  tell("live-status", "Opening the microphone …");
  try {
    live = await startLive(query({}), { started, level, latency, note, ended });
    show(true);
  } catch (error) {
    tell("live-status", error.message, true);
  }
  find("live").disabled = false;
}

export const stopLive = () => live?.stop();
export const changeLive = () => live?.send({ target: target(), ...settings() });
export const bypassLive = () => live?.send({ bypass: find("bypass").checked });

function show(on) {
  find("live").textContent = `${on ? "Stop" : "Start"} live conversion`;
  find("live").classList.toggle("active", on);
  find("live-level").hidden = !on;
  find("latency").hidden = true;
}

function started() {
  tell("live-status", "You are live: speak.");
  bypassLive();
}

function level(value) {
  find("live-level").value = value;
}

function latency(terms, gaps, f0Hz) {
  fillList(find("latency"), {
    "delay, about": ms(Object.values(terms).reduce((sum, value) => sum + value, 0)),
    ...Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, ms(value)])),
    "pitch": `${hertz(f0Hz[0])} → ${hertz(f0Hz[1])}`, "gaps": gaps,
  });
  find("latency").hidden = false;
}

function note(sentence) {
  tell("live-status", `Note: ${sentence}.`);
}

function ended(why) {
  live = null;
  show(false);
  tell("live-status", why ?? "", Boolean(why));
}
