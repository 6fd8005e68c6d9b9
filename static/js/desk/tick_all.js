// Ticks every box of a form at once, and leaves what is chosen in it as it is.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tick-all]");
  if (!button) return;
  event.preventDefault();
  for (const box of button.form.querySelectorAll(`[name="${button.dataset.tickAll}"]`)) {
    box.checked = true;
  }
});
