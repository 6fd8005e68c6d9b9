// One box ticks all of its form, or none; what is chosen elsewhere on the page stays.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const label of document.querySelectorAll("[data-ticks]")) tick_all(label);
});

function tick_all(label) {
  const all = label.querySelector("input");
  const form = label.closest("form");
  const boxes = [...form.querySelectorAll(`input[type="checkbox"][name="${label.dataset.ticks}"]`)];
  const look = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  form.addEventListener("change", look);
  look();
  label.hidden = false;
}
