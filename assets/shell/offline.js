// The page without a network: registers the service worker, says when a newer version waits, and knows
// and clears what is stored. Refusals are silent: the page works without all of it.
import { CHANGED, say } from "./language.js";

const byId = (id) => document.getElementById(id);
const PREFIX = "scanweave-";
const build = document.querySelector("meta[name=build]").content;

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

/** The caches of this site: name, number of files and bytes of each. */
export async function stored() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const size = async (cache, request) => (await (await cache.match(request))?.blob())?.size ?? 0;
  return Promise.all(names.map(async (name) => {
    const cache = await caches.open(name);
    const requests = await cache.keys();
    let bytes = 0;
    for (const request of requests) bytes += await size(cache, request);
    return { name, files: requests.length, bytes };
  }));
}

const total = (all) => all.reduce((sum, { bytes }) => sum + bytes, 0);

async function tellStored() {
  const text = byId("stored-text");
  try {
    const bytes = total(await stored());
    // Only asking for room shows whether the browser gives any.
    if (!bytes) await caches.open(`${PREFIX}weights`);
    text.textContent = bytes ? say("stored", { size: megabytes(bytes) }) : say("stored-none");
  } catch {
    text.textContent = say("stored-unknown");
  }
}

/** Clears every cache and the service worker; the app tells the engine by the event. */
async function clear() {
  const text = byId("stored-text");
  try {
    const all = await stored();
    dispatchEvent(new CustomEvent("scanweave-clear"));
    await Promise.all(all.map(({ name }) => caches.delete(name)));
    const found = await navigator.serviceWorker?.getRegistrations() ?? [];
    const own = found.filter(({ scope }) => scope === new URL("./", document.baseURI).href);
    await Promise.all(own.map((registration) => registration.unregister()));
    delete document.body.dataset.offline;
    text.textContent = say("cleared", { size: megabytes(total(all)) });
  } catch {
    text.textContent = say("clear-failed");
  }
}

/** A newer version waits until it is wanted: pages of two versions must not share one worker. */
function offer(registration) {
  byId("update").hidden = false;
  byId("take-update").onclick = () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    if (registration.waiting) registration.waiting.postMessage("take over");
    else location.reload();
  };
}

async function register() {
  const registration = await navigator.serviceWorker.register(new URL("sw.js", document.baseURI), { updateViaCache: "none" });
  // The first worker is not an update: without one in control nothing older is running.
  const consider = () => {
    if (registration.waiting && navigator.serviceWorker.controller) offer(registration);
  };
  consider();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", consider));
  const ready = await navigator.serviceWorker.ready;
  if (document.body.dataset.engine === "graphics") ready.active.postMessage("keep graphics");
  document.body.dataset.offline = "ready";
  await tellStored();
}

/** Resolves when the workbench needs the network no more, so that storing does not compete with it. */
function quiet() {
  const LONGEST = 20_000;
  return new Promise((resolve) => {
    const look = () => ["ready", "error"].includes(document.body.dataset.state) && resolve();
    new MutationObserver(look).observe(document.body, { attributes: true, attributeFilter: ["data-state"] });
    look();
    setTimeout(resolve, LONGEST);
  });
}

function watchNetwork() {
  const show = () => { byId("offline").hidden = navigator.onLine; };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

export async function startOffline() {
  byId("clear-cache").addEventListener("click", clear);
  addEventListener(CHANGED, tellStored);
  watchNetwork();
  await quiet();
  await tellStored();
  // A page that was not stamped, as under `trunk serve`, has no list of files to store.
  if (!("serviceWorker" in navigator) || !isSecureContext || build.startsWith("__")) return;
  await register();
}
