// The players: one plays at a time, with a cursor in the pictures.

import { find, tell } from "./dom.js";

export const sample = new Audio();  // plays one speaker of "Hear all"
const players = [find("source"), find("converted"), sample];

export function play(audio) {
  audio.play().catch((error) => { if (error.name !== "AbortError") tell("status", error.message, true); });
}

// Connects the players; `secondsShown` returns the length of what the pictures show.
export function connect(secondsShown) {
  const follow = (audio) => {
    const place = audio.currentTime / secondsShown();
    for (const cursor of document.querySelectorAll(".cursor")) {
      cursor.hidden = audio.paused || audio === sample || !(place <= 1);
      cursor.style.left = `${100 * place}%`;
    }
    if (!audio.paused) requestAnimationFrame(() => follow(audio));
  };
  for (const audio of players) {
    audio.addEventListener("play", () => {
      players.filter((other) => other !== audio).forEach((other) => other.pause());
      follow(audio);
    });
  }
}
