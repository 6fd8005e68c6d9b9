// Says on the button how many sessions are ticked.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-book-all]");
  if (!button) return;
  const ticks = [...document.querySelectorAll("input[name='take']")];

  function count() {
    const ticked = ticks.filter((tick) => tick.checked).length;
    button.textContent = ticked === 1 ? "Book this session" : `Book these ${ticked} sessions`;
    button.disabled = ticked === 0;
  }

  ticks.forEach((tick) => tick.addEventListener("change", count));
  count();
});
