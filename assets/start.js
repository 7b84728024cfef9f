// Runs before any wasm: shows the gallery, says what is missing, starts the page.
// It is a file of its own, not inline, so that the Content-Security-Policy can forbid inline scripts.

// A module of one function that uses a 128-bit vector: valid only where wasm knows SIMD.
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);
const byId = (id) => document.getElementById(id);
const seen = [];

function tell(message) {
  byId("trouble-text").textContent = message;
  byId("trouble").hidden = false;
  document.body.dataset.state = "error";
}

function diagnostics() {
  const state = Object.entries(document.body.dataset).map(([name, value]) => `${name}: ${value}`);
  return [
    `message: ${byId("trouble-text").textContent}`, `address: ${location.href}`, `browser: ${navigator.userAgent}`,
    `cores: ${navigator.hardwareConcurrency}, memory: ${navigator.deviceMemory ?? "unknown"} GB, WebGPU: ${"gpu" in navigator}`,
    `badge: ${document.querySelector("[data-testid=badge]")?.textContent ?? "none"}`, ...state, ...seen,
  ].join("\n");
}

async function copyDiagnostics(button) {
  try {
    await navigator.clipboard.writeText(diagnostics());
    button.textContent = "Copied";
  } catch {
    byId("trouble-text").textContent = diagnostics();
  }
}

function figure(model, entry, index) {
  const { file, seed, class: finding, caption } = typeof entry === "string" ? { file: entry } : entry;
  const item = document.createElement("li");
  const frame = document.createElement(seed === undefined ? "div" : "button");
  const picture = document.createElement("img");
  picture.src = `assets/${file}`;
  picture.alt = caption ?? `${model.title}, synthetic example ${index + 1}`;
  picture.loading = "lazy";
  picture.addEventListener("error", () => item.remove());
  const text = document.createElement("span");
  text.textContent = caption ?? model.title;
  frame.append(picture, text);
  if (seed !== undefined) {
    frame.type = "button";
    frame.dataset.gallerySeed = seed;
    frame.dataset.galleryModel = model.id;
    frame.dataset.galleryClass = finding ?? 0;
  }
  item.append(frame);
  return item;
}

async function showGallery() {
  const answer = await fetch("assets/manifest.json");
  const { models } = await answer.json();
  const pictures = models.flatMap((model) => (model.gallery ?? []).map((entry, index) => figure(model, entry, index)));
  byId("gallery-pictures").append(...pictures);
  byId("gallery").hidden = pictures.length === 0;
}

async function startApp() {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(SIMD)) {
    byId("app").replaceChildren();
    tell("This browser has no WebAssembly SIMD, which the networks need: update it, or use a current Firefox, Chrome, Edge or Safari. The gallery below still works.");
    return;
  }
  const { app, wasm } = document.querySelector("script[data-app]").dataset;
  const { default: init } = await import(new URL(app, document.baseURI));
  await init({ module_or_path: new URL(wasm, document.baseURI) });
}

addEventListener("error", (event) => {
  seen.push(`error: ${event.message}`);
  if (byId("trouble").hidden) tell("A part of the page failed. Reload it; copying the diagnostics helps to mend it.");
});
addEventListener("unhandledrejection", (event) => seen.push(`rejection: ${event.reason}`));
byId("copy-diagnostics").addEventListener("click", (event) => copyDiagnostics(event.currentTarget));
byId("dismiss-trouble").addEventListener("click", () => { byId("trouble").hidden = true; });
showGallery().catch((error) => { seen.push(`gallery: ${error}`); byId("gallery").hidden = true; });
startApp().catch((error) => {
  seen.push(`start: ${error}`);
  if (!document.body.dataset.panic) tell("The workbench could not be started. Check the network and reload the page; the gallery below still works.");
});
