// Before the first paint, so that nothing flashes: what the reader chose, if anything, else what the system says.
"use strict";
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch { /* storage may be forbidden; the system's choice stands */ }
