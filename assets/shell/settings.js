// What a person chose, kept for the next visit where the browser allows it, and the colours.

/** Keeps a choice. An address that wishes something else would overrule it: the wish goes. */
export function keep(name, parameter, value) {
  try {
    localStorage.setItem(`scanweave-${name}`, value);
  } catch {
    // Private mode: the choice holds until the page is closed.
  }
  const address = new URL(location.href);
  if (!address.searchParams.has(parameter)) return;
  address.searchParams.delete(parameter);
  try {
    history.replaceState(history.state, "", address);
  } catch {
    // A page opened from disk has no address to write.
  }
}

/** The bar of a phone's browser takes the colour of the ground. */
function colourBar() {
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--ground").trim();
  document.querySelector("meta[name=theme-color]").content = ground;
}

export function startTheme(choice) {
  choice.value = document.documentElement.dataset.theme;
  colourBar();
  choice.addEventListener("change", () => {
    document.documentElement.dataset.theme = choice.value;
    keep("theme", "theme", choice.value);
    colourBar();
  });
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", colourBar);
}
