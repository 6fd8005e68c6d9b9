// Tells whoever's device is on another clock that the times shown are the clinic's.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const note = document.querySelector("[data-zone]");
  if (!note) return;
  const now = new Date();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const reads = (timeZone) => now.toLocaleString("en-GB", { timeZone });
  if (!here || reads(here) === reads(note.dataset.zone)) return;
  note.querySelector("[data-zone-here]").textContent =
    note.dataset.here.replace("{city}", here.split("/").pop().replaceAll("_", " "));
  note.hidden = false;
});
