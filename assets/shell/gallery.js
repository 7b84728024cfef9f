// The gallery: precomputed pictures that stand in index.html, there before any script and without one.
// Here their captions follow the language, and a choice is kept until the app runs.
import { CHANGED, say } from "./language.js";

const pictures = () => document.querySelectorAll("#gallery-pictures [data-gallery-seed]");

/** The sentence under a picture, composed for studies that the page knows; others keep what index.html says. */
function caption({ galleryModel, gallerySeed, galleryClass, modality }) {
  const study = say(`study-${galleryModel}`);
  if (study === undefined) return undefined;
  const values = { study, modality, seed: gallerySeed };
  if (modality === undefined) return say("caption", values);
  return galleryClass === "0" ? say("caption-modality", values) : say("caption-tumour", values);
}

/** Addresses of the pictures of a sample, in the order of its modalities. */
export function picturesOf(model, seed, finding) {
  const shows = ({ dataset }) => dataset.galleryModel === model && dataset.gallerySeed === seed && dataset.galleryClass === finding;
  return Array.from(pictures()).filter(shows).map((picture) => picture.querySelector("img").src);
}

function write() {
  for (const picture of pictures()) {
    const text = caption(picture.dataset);
    if (text === undefined) continue;
    // The picture's own text says the same.
    picture.querySelector("span").textContent = text;
    picture.querySelector("img").alt = say("picture-alt", { caption: text });
  }
}

/** The app takes it from here once it runs. Until then the choice waits in the address; if it will never
 * run, the picture is at least shown large. */
function choose(picture) {
  if (document.body.dataset.app === "running") return;
  picture.closest("li").classList.toggle("large");
  const { galleryModel, gallerySeed, galleryClass } = picture.dataset;
  const address = new URL(location.href);
  address.searchParams.set("model", galleryModel);
  address.searchParams.set("seed", gallerySeed);
  address.searchParams.set("class", galleryClass);
  history.replaceState(null, "", address);
}

/** Ends when a picture has arrived or is found missing; a missing one leaves the gallery. */
async function arrived(picture) {
  const image = picture.querySelector("img");
  if (!image.complete) {
    await new Promise((resolve) => { for (const end of ["load", "error"]) image.addEventListener(end, resolve); });
  }
  if (image.naturalWidth === 0) picture.closest("li").remove();
}

/** Ends when the first picture has arrived. */
export async function startGallery() {
  write();
  addEventListener(CHANGED, write);
  for (const picture of pictures()) picture.addEventListener("click", () => choose(picture));
  await Promise.race(Array.from(pictures(), arrived));
}
