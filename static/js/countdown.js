// Counts a hold down in sight, and says aloud when five, two and one minutes are left. A browser
// keeps one choice: what another tab has chosen since ends this one's, which is asked of the server
// whenever another tab counts, and when somebody comes back to this one.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-seconds-left]");
  if (!box) return;
  const clock = box.querySelector("[data-clock]");
  const until = box.querySelector("[data-until]");
  const says = document.querySelector("[data-countdown-says]");
  const end = Date.now() + 1000 * Number(box.dataset.secondsLeft);
  const holds = box.dataset.holds.split(" ").filter(Boolean);
  const tabs = new BroadcastChannel("held times");
  const aloud = [5, 2, 1];

  function sayMinutes(left) {
    const passed = aloud.filter((minutes) => left <= 60 * minutes);
    if (!passed.length) return;
    aloud.splice(0, passed.length);
    says.textContent = says.getAttribute(`data-left-${passed[passed.length - 1]}`);
  }

  function isOver() {
    clearInterval(ticking);
    tabs.close();
    document.removeEventListener("visibilitychange", askIfSeen);
    box.textContent = says.textContent = says.dataset.over;
  }

  function tick() {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left) sayMinutes(left);
    else isOver();
  }

  async function ask() {
    const answer = await fetch(box.dataset.ask, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return; // nobody knows: the clock goes on, and sending the form will tell
    const { held } = await answer.json();
    if (!holds.every((one) => held.includes(one))) isOver();
  }

  function askIfSeen() {
    if (!document.hidden) ask();
  }

  until.textContent = ":";
  clock.hidden = false;
  const ticking = setInterval(tick, 1000);
  aloud.splice(0, aloud.filter((minutes) => Number(box.dataset.secondsLeft) <= 60 * minutes).length);
  tabs.addEventListener("message", ask);
  tabs.postMessage("counts");
  document.addEventListener("visibilitychange", askIfSeen);
  tick();
});
