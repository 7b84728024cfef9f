// The page without a network. `cargo xtask build` writes the build id, the list of files and the policy
// of index.html into this file; each version keeps its files in a cache of its own, which never changes,
// so that the parts of two versions are never mixed. Weights are the engine's business: it keeps and
// verifies them itself in the cache `scanweave-weights`, which outlives versions.
const BUILD = "__BUILD_ID__";
const FILES = ["__FILES__"];
/** The engine for WebGPU: stored where a page says that it uses it. */
const GRAPHICS = ["__GRAPHICS__"];
const POLICY = "__POLICY__";

const SCOPE = new URL(self.registration.scope);
// Sites under other paths share the cache storage: the path tells whose a cache is.
const OWN = `scanweave-page ${SCOPE.pathname} `;
const CACHE = OWN + BUILD;
const HOME = SCOPE.href;
const LIST = new URL("assets/manifest.json", SCOPE).href;
/** How long the network may take before what is stored answers, ms. */
const PATIENCE = 4000;

async function store(file, freshness) {
  const cache = await caches.open(CACHE);
  const request = new Request(new URL(file, SCOPE), { cache: freshness });
  const answer = await fetch(request);
  if (!answer.ok) throw new Error(`${file}: the server answers ${answer.status}`);
  await cache.put(request, answer);
}

async function install() {
  const fresh = (file) => store(file, "no-cache");
  // Pictures and cards may be missing without harm, a program may not.
  const needed = FILES.filter((file) => !file.startsWith("assets/") || file.includes(".js") || file === "assets/manifest.json");
  await Promise.all(needed.map(fresh));
  await Promise.allSettled(FILES.filter((file) => !needed.includes(file)).map(fresh));
}

/** The page has just fetched them: what the browser still holds is not fetched again. */
async function keepGraphics() {
  const missing = async (file) => !(await stored(new URL(file, SCOPE).href));
  for (const file of GRAPHICS) {
    if (await missing(file)) await store(file, "default");
  }
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith(OWN) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Documents and programs carry the policy as a header too: workers know no meta element. */
function guarded(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (answer.type === "opaque" || !/html|javascript/.test(type)) return answer;
  const headers = new Headers(answer.headers);
  headers.set("Content-Security-Policy", POLICY);
  // The body is decoded already.
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

async function stored(address) {
  return (await caches.open(CACHE)).match(address);
}

/** The newest there is: what is stored answers only for a network that is gone, slow or broken. */
async function newest(request, address) {
  const limit = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  const fresh = fetch(request).then((answer) => (answer.status < 500 ? answer : undefined));
  const first = await Promise.race([fresh.catch(() => undefined), limit]);
  return first ?? (await stored(address)) ?? fresh.then((answer) => answer ?? Response.error());
}

async function answer(request, address) {
  if (request.mode === "navigate") return guarded(await newest(request, HOME));
  if (address.href === LIST) return newest(request, LIST);
  return guarded((await stored(address.href)) ?? (await fetch(request)));
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "keep graphics") event.waitUntil(keepGraphics());
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const ours = event.request.method === "GET" && address.href.startsWith(SCOPE.href);
  if (!ours || address.pathname.endsWith(".weave")) return;
  // Another document of the site, not the page: it is not stored, so the network answers.
  const page = [SCOPE.pathname, `${SCOPE.pathname}index.html`].includes(address.pathname);
  if (event.request.mode === "navigate" && !page) return;
  event.respondWith(answer(event.request, address));
});
