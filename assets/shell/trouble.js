// The panel that says what went wrong. It works without the app, which writes into the same panel.
import { copy } from "./copy.js";
import { give } from "./language.js";
import { diagnostics } from "./diagnostics.js";

const byId = (id) => document.getElementById(id);
const KEPT = 30;

/** What went wrong so far, newest last; part of the diagnostics. */
export const seen = [];

export function note(text) {
  seen.push(`${new Date().toISOString().slice(11, 19)} ${String(text).slice(0, 1000)}`);
  if (seen.length > KEPT) seen.shift();
}

/** Shows a word of words.js; all of start.js's troubles are mended by a new start. */
export function tell(name) {
  give(byId("trouble-text"), name);
  byId("restart-engine").hidden = true;
  byId("reload-page").hidden = false;
  byId("trouble").hidden = false;
  document.body.dataset.state = "error";
  note(name);
}

async function copyDiagnostics(button) {
  const text = await diagnostics(seen);
  await copy(button, text, () => {
    const field = byId("diagnostics");
    field.value = text;
    field.hidden = false;
    field.focus();
    field.select();
  });
}

export function startTrouble() {
  addEventListener("error", (event) => {
    // Not a fault: a browser that puts a measurement off to its next frame says so in this way.
    if (event.message?.startsWith("ResizeObserver")) return;
    note(`error: ${event.message}`);
    if (byId("trouble").hidden) tell("page-failed");
  });
  addEventListener("unhandledrejection", (event) => note(`rejection: ${event.reason}`));
  for (const button of document.querySelectorAll("[data-copy-diagnostics]")) {
    button.addEventListener("click", () => copyDiagnostics(button));
  }
  byId("restart-engine").addEventListener("click", () => dispatchEvent(new CustomEvent("scanweave-restart")));
  byId("reload-page").addEventListener("click", () => location.reload());
  byId("dismiss-trouble").addEventListener("click", () => { byId("trouble").hidden = true; });
}
