// The page's words in the language that `<html lang>` names. Elements say which word they hold by
// `data-word`, or by `data-word-label` for their accessible name and `data-word-content` in the head.
// The app follows the event.
import WORDS from "./words.js";
import { keep } from "./settings.js";

export const CHANGED = "scanweave-language";

/** A word with values in place of `{name}`; undefined when there is no such word. */
export function say(name, values = {}) {
  const word = WORDS[name]?.[document.documentElement.lang === "zh-Hans" ? 1 : 0];
  return word?.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

function fill() {
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
  for (const element of document.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", say(element.dataset.wordLabel));
  }
  for (const element of document.querySelectorAll("[data-word-content]")) element.content = say(element.dataset.wordContent);
}

/** Gives an element another word; it follows the language from then on. */
export function give(element, name) {
  element.dataset.word = name;
  element.textContent = say(name);
}

export function startLanguage(choice) {
  fill();
  choice.value = document.documentElement.lang;
  choice.addEventListener("change", () => {
    document.documentElement.lang = choice.value;
    keep("language", "lang", choice.value);
    fill();
    dispatchEvent(new CustomEvent(CHANGED));
  });
}
