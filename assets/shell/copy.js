// Text for the clipboard.
import { say } from "./language.js";

/** How long a button says that it has copied, ms. */
const SAID = 4000;

/** Copies a text and says so on the button; where the browser keeps the clipboard to itself, `byHand` shows it. */
export async function copy(button, text, byHand) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = say("copied");
    setTimeout(() => { button.textContent = say(button.dataset.word); }, SAID);
  } catch {
    byHand();
  }
}

/** The citation stands in the page: by hand it is only selected. */
export function startCitation(citation, button) {
  button.addEventListener("click", () => copy(button, citation.textContent, () => getSelection().selectAllChildren(citation)));
}
