// The slot picker with htmx: focus goes to the times of the day that was chosen, other
// changes are said aloud, and the chosen day is kept in sight in the strip.
"use strict";

function showChosenDay() {
  const strip = document.querySelector(".days");
  const chosen = strip && strip.querySelector("[aria-current]");
  if (!chosen || strip.scrollWidth <= strip.clientWidth) return;
  const cell = chosen.closest("li");
  strip.scrollLeft = cell.offsetLeft - strip.offsetLeft - (strip.clientWidth - cell.clientWidth) / 2;
}

function announce(asked) {
  const title = document.getElementById("times-title");
  if (!title) return;
  if (asked && asked.hasAttribute("data-moves-focus")) {
    title.focus();
    return;
  }
  const chosen = document.querySelector(".days [aria-current] .count");
  const says = document.getElementById("picker-says");
  says.textContent = chosen ? `${title.textContent}: ${chosen.textContent}` : title.textContent;
}

document.addEventListener("htmx:afterSettle", (event) => {
  showChosenDay();
  announce(event.detail.requestConfig && event.detail.requestConfig.elt);
});
document.addEventListener("DOMContentLoaded", showChosenDay);
window.addEventListener("resize", showChosenDay);
