// Counts a hold down in sight, and says aloud when five, two and one minutes are left.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-seconds-left]");
  if (!box) return;
  const clock = box.querySelector("[data-clock]");
  const until = box.querySelector("[data-until]");
  const says = document.querySelector("[data-countdown-says]");
  const end = Date.now() + 1000 * Number(box.dataset.secondsLeft);
  const aloud = [5, 2, 1];

  function sayMinutes(left) {
    const passed = aloud.filter((minutes) => left <= 60 * minutes);
    if (!passed.length) return;
    aloud.splice(0, passed.length);
    says.textContent = says.getAttribute(`data-left-${passed[passed.length - 1]}`);
  }

  function tick() {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left) {
      sayMinutes(left);
      return;
    }
    clearInterval(ticking);
    box.textContent = says.textContent = says.dataset.over;
  }

  until.textContent = ":";
  clock.hidden = false;
  const ticking = setInterval(tick, 1000);
  aloud.splice(0, aloud.filter((minutes) => Number(box.dataset.secondsLeft) <= 60 * minutes).length);
  tick();
});
