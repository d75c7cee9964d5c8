// Search as you type, the keys, and the light. Every page works without it.
"use strict";
{
  const byId = (id) => document.getElementById(id);
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* for this page only, then */ } };

  // Light and dark
  const theme = byId("theme");
  const isDark = () => (document.documentElement.dataset.theme ??
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const label = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  const turn = () => { keep("theme", document.documentElement.dataset.theme = isDark() ? "light" : "dark"); label(); };
  theme.hidden = false;
  theme.addEventListener("click", turn);
  label();

  // Search as you type: the page of the new query is fetched and its results put in place of the old ones
  const DEBOUNCE_MS = 140;
  const ask = byId("ask");
  const isNarrow = matchMedia("(max-width: 60rem)").matches;
  let timer, waiting, shown = ask && new URLSearchParams(new FormData(ask)).toString();
  const address = () => {
    const fields = [...new FormData(ask)].filter(([name, value]) => value !== "" && !(name === "sort" && value === "rank"));
    const query = new URLSearchParams(fields).toString();
    return query ? `/search?${query}` : "/search";
  };
  const search = async () => {
    const now = new URLSearchParams(new FormData(ask)).toString();
    if (now === shown) return;
    shown = now;
    waiting?.abort();
    waiting = new AbortController();
    const url = address();
    try {
      const answer = await fetch(url, { signal: waiting.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const results = page.getElementById("results");
      if (!answer.ok || !results) { location.assign(url); return; }
      byId("count").textContent = page.getElementById("count").textContent;
      // the live region stays the same element, so that its new words are read out
      results.querySelector("#count").replaceWith(byId("count"));
      const facets = document.querySelector(".facets details"), fresh = results.querySelector(".facets details");
      if (fresh) fresh.open = facets ? facets.open : !isNarrow;
      byId("results").replaceWith(results);
      document.title = page.title;
      history.replaceState(null, "", url);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    }
  };
  ask?.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, DEBOUNCE_MS); });
  ask?.addEventListener("change", () => { clearTimeout(timer); search(); });
  ask?.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); location.assign(address()); });

  // Narrow screens begin with the facets and the contents closed
  if (isNarrow) {
    for (const part of document.querySelectorAll(".facets details, .contents details")) part.open = false;
  }

  // Keys
  const switchBox = byId("keys-on");
  const on = () => kept("keys") !== "off";
  if (switchBox) {
    byId("keys-switch").hidden = false;
    switchBox.checked = on();
    switchBox.addEventListener("change", () => keep("keys", switchBox.checked ? "on" : "off"));
  }
  const step = (by) => {
    const items = [...document.querySelectorAll("main [data-item]")];
    const at = items.indexOf(document.activeElement);
    const next = items[at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.closest("li, tr")?.scrollIntoView({ block: "nearest" });
  };
  const follow = (rel) => document.querySelector(`main a[rel="${rel}"]`)?.click();
  const KEYS = {
    "/": () => { const field = byId("q"); if (field) { field.focus(); field.select(); } else location.assign("/search"); },
    j: () => step(1),
    k: () => step(-1),
    n: () => follow("next"),
    p: () => follow("prev"),
    t: turn,
    "?": () => location.assign("/help#keys"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (!on() || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}
