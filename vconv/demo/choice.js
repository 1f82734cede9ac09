// What the user chooses: a set of voices, a speaker, pitch and strength.

import { fillList, find } from "./dom.js";

export const about = await (await fetch("api/about")).json();

export const voice = () => about.voices.find(({ name }) => name === find("voice").value);
export const target = () => document.querySelector("[name=speaker]:checked").value;
export const speaker = () => voice().speakers.find(({ name }) => name === target());
const number = (id) => Number(find(id).value);
export const settings = () => ({ semitones: number("semitones"), strength: number("strength") });

// What the server is asked for, with `more` values.
export const query = (more) => new URLSearchParams({ voice: voice().name, target: target(), ...settings(), ...more });

// Adds a set of voices to the list.
export function offer({ name, title, speakers }) {
  find("voice").append(new Option(`${title}, ${speakers.length} speakers`, name));
  find("voice-field").hidden = find("voice").length === 1;
}

export function showSpeakers() {
  const { speakers, card, rate, adaptable } = voice(), before = document.querySelector("[name=speaker]:checked")?.value;
  const chosen = speakers.some(({ name }) => name === before) ? before : speakers[0].name;
  const legend = find("speakers").querySelector("legend");
  find("speakers").replaceChildren(legend, ...speakers.map(({ name, sex, mean_f0_hz: meanHz }) => {
    const tags = ["div", "label", "input", "b", "small"];
    const [box, label, radio, title, facts] = tags.map((tag) => document.createElement(tag));
    Object.assign(radio, { type: "radio", name: "speaker", value: name, checked: name === chosen });
    title.textContent = name;
    facts.append(...(sex === "not stated" ? [] : [sex, document.createElement("br")]), `${Math.round(meanHz)} Hz`);
    box.className = "speaker";
    label.append(radio, title, facts);
    box.append(label);
    return box;
  }));
  find("own").hidden = !adaptable;
  fillList(find("card"), { ...card, "sample rate": `${rate / 1000} kHz` });
}

export function showSettings() {
  const { semitones, strength } = settings();
  const shift = `${semitones > 0 ? "+" : "−"}${Math.abs(semitones)} semitones`;
  find("semitones-value").textContent = semitones ? shift : "automatic";
  find("strength-value").textContent = `${Math.round(100 * strength)} %`;
}
