// A new speaker, made of the recording.

import { about, offer } from "./choice.js";
import { ask, enable, tellNotes } from "./conversion.js";
import { find } from "./dom.js";

export async function addSpeaker() {
  const speaker = find("new-name").value.trim();
  const more = { speaker, consent: find("consent").checked ? "yes" : "no" };
  const found = await ask("api/add-speaker", `Learning the voice of ${speaker} …`, more);
  if (!found) return;
  const { name, title } = found.voice;
  about.voices.push(found.voice);
  offer(found.voice);
  find("voice").value = name;
  find("voice").dispatchEvent(new Event("change"));
  [...document.querySelectorAll("[name=speaker]")].at(-1).checked = true;
  Object.assign(find("save"), { href: `api/voice?voice=${name}`, download: `${title}.vconv`, hidden: false });
  find("consent").checked = false;
  enable();
  tellNotes(found.notes);
}
