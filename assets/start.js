// Runs before any wasm: says what is missing, starts the page.
// It is a file of its own, not inline, so that the Content-Security-Policy can forbid inline scripts.
import { say, startLanguage } from "./shell/language.js";
import { startCitation } from "./shell/copy.js";
import { startTheme } from "./shell/settings.js";
import { note, startTrouble, tell } from "./shell/trouble.js";
import { picturesOf, startGallery } from "./shell/gallery.js";
import { startOffline } from "./shell/offline.js";

// A module of one function that uses a 128-bit vector: valid only where wasm knows SIMD.
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);
/** How long the gallery may hold up the app, ms. */
const GALLERY_FIRST = 150;
const byId = (id) => document.getElementById(id);

function refuse(name) {
  byId("app").replaceChildren();
  tell(name);
}

/** The engine loads beside the app, which takes it over with all that it has said (web/src/ui/link.rs).
 * Where it cannot be started the app finds that out, and says it. */
function startEngine() {
  try {
    const build = document.querySelector("meta[name=build]").content;
    const worker = new Worker(new URL(`engine_loader.js?v=${build}`, document.baseURI), { type: "module" });
    const said = [];
    worker.onmessage = worker.onerror = (event) => {
      event.preventDefault();
      said.push(event);
    };
    window.scanweave.engine = { worker, said };
  } catch (error) {
    note(`engine: ${error}`);
  }
}

async function startApp() {
  if (typeof WebAssembly !== "object") return refuse("no-wasm");
  if (!WebAssembly.validate(SIMD)) return refuse("no-simd");
  startEngine();
  const { app, wasm } = document.querySelector("script[data-app]").dataset;
  const { default: init } = await import(new URL(app, document.baseURI));
  await init({ module_or_path: new URL(wasm, document.baseURI) });
  document.body.dataset.app = "running";
}

// What the app takes from here: the words that both need, the list of what went wrong, the gallery, and the engine.
window.scanweave = { say, note, picturesOf };
startTrouble();
// Because of <base>, "#app" is another address than the page's own: following it would open the page anew.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("app").focus();
});
startLanguage(byId("language"));
startTheme(byId("theme"));
startCitation(byId("citation"), byId("copy-citation"));
const gallery = startGallery().catch((error) => note(`gallery: ${error}`));
startOffline().catch((error) => note(`offline: ${error}`));
// The app keeps the page busy while it starts: the gallery goes first, but not on a network that is slow.
await Promise.race([gallery, new Promise((resolve) => { setTimeout(resolve, GALLERY_FIRST); })]);
startApp().catch((error) => {
  note(`start: ${error}`);
  window.scanweave.engine?.worker.terminate();
  if (!document.body.dataset.panic) refuse("no-start");
});
