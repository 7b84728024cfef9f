// What helps to mend a fault, as lines of text for the clipboard. Nothing of it is sent anywhere.
import { stored } from "./offline.js";

const read = async (name, value) => {
  try {
    return `${name}: ${await value()}`;
  } catch (error) {
    return `${name}: unknown (${error})`;
  }
};

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content;

async function worker() {
  if (!("serviceWorker" in navigator)) return "not there";
  const found = await navigator.serviceWorker.getRegistration();
  const state = ["installing", "waiting", "active"].filter((stage) => found?.[stage]).join(", ") || "none";
  return `${state}, ${navigator.serviceWorker.controller ? "in control" : "not in control"}`;
}

async function kept() {
  const all = await stored();
  return all.map(({ name, files, bytes }) => `${name} ${files} files ${bytes} bytes`).join("; ") || "none";
}

async function quota() {
  const { usage, quota: limit } = await navigator.storage.estimate();
  return `${usage} of ${limit} bytes`;
}

export async function diagnostics(seen) {
  const root = document.documentElement;
  const badge = document.querySelector("[data-testid=badge]");
  const lines = [
    ["message", () => document.getElementById("trouble-text").textContent],
    ["build", () => meta("build")],
    ["address", () => location.href],
    ["browser", () => navigator.userAgent],
    ["languages", () => `${root.lang}, browser ${navigator.languages}`],
    ["theme", () => `${root.dataset.theme}, system ${matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"}`],
    ["viewport", () => `${innerWidth} x ${innerHeight}, ${devicePixelRatio} pixels each`],
    ["cores", () => `${navigator.hardwareConcurrency}, memory ${navigator.deviceMemory ?? "unknown"} GB`],
    ["network", () => (navigator.onLine ? "there" : "none")],
    ["WebGPU", () => "gpu" in navigator],
    ["backend", () => badge && `${badge.dataset.backend}: ${badge.textContent}`],
    ["service worker", worker],
    ["stored", kept],
    ["quota", quota],
  ];
  const state = Object.entries(document.body.dataset).map(([name, value]) => `${name}: ${value}`);
  return [...(await Promise.all(lines.map(([name, value]) => read(name, value)))), ...state, ...seen].join("\n");
}
