// What all parts of the page use: its elements, and sound as the address of a file.

export const find = (id) => document.getElementById(id);
export const urlOf = (blob) => URL.createObjectURL(blob);

// A WAV file that the server sent in base64.
export function wavOf(base64) {
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: "audio/wav" });
}

export function tell(id, text, failed = false) {
  find(id).textContent = text;
  find(id).classList.toggle("failed", failed);
}

export function fillList(list, entries) {
  list.replaceChildren(...Object.entries(entries).flatMap(([name, text]) => [
    Object.assign(document.createElement("dt"), { textContent: name }),
    Object.assign(document.createElement("dd"), { textContent: text }),
  ]));
}
