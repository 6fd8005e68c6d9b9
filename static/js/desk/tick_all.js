// Ticks every box of a form at once, and leaves what is chosen in it as it is.
"use strict";

document.addEventListener("click", (event) => {
  const press = event.target.closest("[data-tick-all]");
  if (!press) return;
  event.preventDefault();
  const name = press.dataset.tickAll;
  for (const box of press.closest("form").querySelectorAll(`[name="${name}"]`)) box.checked = true;
});
