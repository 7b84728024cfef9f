// Times each generator here and in onnxruntime-web, in turns, so that whatever else the machine does falls on both.
// The driver reads `window.measured` when `window.finished` is true. Asked for by `?models=a,b&graphics=1`.

import * as wasm from "./ort/ort.wasm.min.mjs";
import * as graphics from "./ort/ort.webgpu.min.mjs";
import init, { Engine } from "./generators.js";

const asked = new URLSearchParams(location.search);
const ROUNDS = { cpu: 9, graphics: 3 };
/** After this long one timed round is enough, ms: a graphics device in software needs half a minute for one. */
const LONG = 20_000;

window.measured = {};
window.finished = false;

for (const runtime of [wasm, graphics]) {
  runtime.env.wasm.wasmPaths = new URL("./ort/", location.href).href;
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = "error";
}

async function bytes(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

// A function that paints every modality in onnxruntime-web: one run each, as its graph has one condition.
async function peer(runtime, provider, model, engine) {
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: [provider],
    graphOptimizationLevel: "all",
    freeDimensionOverrides: { batch: 1 },
  });
  const size = engine.size();
  const count = engine.modalities();
  const values = engine.input();
  const input = new runtime.Tensor("float32", values, [1, values.length / (size * size), size, size]);
  return async () => {
    const images = [];
    for (let modality = 0; modality < count; modality += 1) {
      const feeds = { input };
      if (count > 1) {
        const condition = new Float32Array(count);
        condition[modality] = 1;
        feeds.condition = new runtime.Tensor("float32", condition, [1, count]);
      }
      const { image } = await session.run(feeds);
      images.push(...(await image.getData()));
    }
    return images;
  };
}

async function timed(work) {
  const begin = performance.now();
  const result = await work();
  return [performance.now() - begin, result];
}

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const largest = (a, b) => a.reduce((worst, value, place) => Math.max(worst, Math.abs(value - b[place])), 0);

// Each painter once to warm up, then in turns.
async function inTurns(painters, rounds) {
  const names = Object.keys(painters);
  const first = {};
  const times = Object.fromEntries(names.map((name) => [name, []]));
  const begin = performance.now();
  for (let round = 0; round <= rounds; round += 1) {
    if (round > 1 && performance.now() - begin > LONG) break;
    for (const name of names) {
      const [time, images] = await timed(painters[name]);
      if (round === 0) first[name] = images;
      else times[name].push(time);
    }
  }
  return [Object.fromEntries(names.map((name) => [name, median(times[name])])), first];
}

async function measure(name) {
  const [weights, model] = await Promise.all([bytes(`models/${name}.weave`), bytes(`models/${name}.onnx`)]);
  const report = {};
  const core = await Engine.open(weights, "cpu");
  report.modalities = core.modalities();
  const painters = {
    peer: await peer(wasm, "wasm", model, core),
    own: () => core.paint(),
    draw: () => core.draw(2),
  };
  const [cpu, images] = await inTurns(painters, ROUNDS.cpu);
  const right = images.own;
  const peers = largest(images.peer, right);
  report.cpu = { ...cpu, difference: peers, peer_difference: peers };
  if (asked.get("graphics") === "1") {
    const engine = await Engine.open(weights, "webgpu");
    const painters = { peer: await peer(graphics, "webgpu", model, core), own: () => engine.paint() };
    const [times, painted] = await inTurns(painters, ROUNDS.graphics);
    const [own, theirs] = [painted.own, painted.peer].map((image) => largest(image, right));
    report.graphics = { ...times, difference: own, peer_difference: theirs };
    engine.free();
  }
  core.free();
  return report;
}

try {
  (await init()).__wasm_call_ctors();
  for (const name of asked.get("models").split(",")) {
    document.getElementById("state").textContent = name;
    window.measured[name] = await measure(name);
  }
} catch (error) {
  window.problem = `${error}\n${error?.stack ?? ""}`;
}
window.finished = true;
document.getElementById("state").textContent = "done";
