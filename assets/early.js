// Before the first paint: the language and the colours that were asked for by address or chosen before.
// A script of the old kind, because a module would only run after the page was painted in the wrong colours.
(() => {
  const stored = (name) => {
    try { return localStorage.getItem(`scanweave-${name}`); } catch { return null; } // private mode
  };
  const query = new URLSearchParams(location.search);
  const root = document.documentElement;
  const language = query.get("lang") || stored("language") || navigator.language || "en";
  root.lang = language.toLowerCase().startsWith("zh") ? "zh-Hans" : "en";
  const theme = query.get("theme") || stored("theme");
  root.dataset.theme = theme === "light" || theme === "auto" ? theme : "dark";
})();
