// The gallery: precomputed pictures, there before any wasm and when there will never be any.
import { CHANGED, give, say } from "./language.js";

const byId = (id) => document.getElementById(id);

/** A sentence in the language of the page: composed for studies that the page knows, else the list's own. */
function caption(model, entry) {
  const study = say(`study-${model.id}`);
  if (study === undefined || entry.seed === undefined) return String(entry.caption ?? model.title);
  const values = { study, seed: entry.seed };
  return say(`caption-${model.id}-${entry.class ?? 0}`, values) ?? say("caption", values);
}

function figure(model, entry) {
  const item = document.createElement("li");
  const frame = document.createElement(Number.isInteger(entry.seed) ? "button" : "div");
  const picture = document.createElement("img");
  picture.src = `assets/${entry.file}`;
  picture.width = picture.height = 128;
  picture.decoding = "async";
  picture.addEventListener("error", () => item.remove());
  const text = document.createElement("span");
  // The picture's own text says the same.
  text.ariaHidden = "true";
  const write = () => {
    text.textContent = caption(model, entry);
    picture.alt = say("picture-alt", { caption: text.textContent });
  };
  write();
  addEventListener(CHANGED, write);
  frame.append(picture, text);
  if (frame.type) {
    frame.type = "button";
    frame.dataset.gallerySeed = entry.seed;
    frame.dataset.galleryModel = model.id;
    frame.dataset.galleryClass = entry.class ?? 0;
    frame.addEventListener("click", () => choose(item, frame.dataset));
  }
  item.append(frame);
  return item;
}

/** The app takes it from here once it runs. Until then the choice waits in the address; if it will never
 * run, the picture is at least shown large. */
function choose(item, { gallerySeed, galleryModel, galleryClass }) {
  if (document.body.dataset.app === "running") return;
  item.classList.toggle("large");
  const address = new URL(location.href);
  address.searchParams.set("model", galleryModel);
  address.searchParams.set("seed", gallerySeed);
  address.searchParams.set("class", galleryClass);
  history.replaceState(null, "", address);
}

const isObject = (value) => typeof value === "object" && value !== null;

async function models() {
  const answer = await fetch("assets/manifest.json");
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const list = (await answer.json())?.models;
  if (!Array.isArray(list)) throw new Error("it lists no models");
  return list.filter(isObject);
}

function entries(model) {
  const gallery = Array.isArray(model.gallery) ? model.gallery : [];
  const entry = (found) => (typeof found === "string" ? { file: found } : found);
  return gallery.map(entry).filter((found) => isObject(found) && typeof found.file === "string");
}

/** Ends when a picture has arrived or is found missing. */
const arrived = (picture) => new Promise((resolve) => {
  for (const end of ["load", "error"]) picture.addEventListener(end, resolve);
});

/** Ends when the first picture has arrived. */
export async function showGallery() {
  try {
    const pictures = (await models()).flatMap((model) => entries(model).map((entry) => figure(model, entry)));
    byId("gallery-pictures").append(...pictures);
    byId("gallery").hidden = pictures.length === 0;
    await Promise.race(pictures.map((item) => arrived(item.querySelector("img"))));
  } catch (error) {
    give(byId("gallery-help"), "gallery-broken");
    throw error;
  }
}
