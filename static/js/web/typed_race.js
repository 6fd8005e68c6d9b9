// A race that is typed on the home page goes along whichever way its runner leaves the form.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const race = document.querySelector(".race-bib");
  const just_book = race.querySelector("[formaction]").formAction;
  const parts = race.querySelectorAll(".date-parts input");
  let kept = false;
  let keeping = false;

  // The next page is asked for only when the race is kept: two answers would both set the cookie.
  function keep_first(event, go_on) {
    if (kept || ![...parts].every((part) => part.value.trim())) return;
    event.preventDefault();
    if (keeping) return;
    keeping = true;
    const sent = fetch(just_book, { method: "POST", body: new FormData(race), redirect: "manual" });
    sent.catch(() => {}).then(() => { kept = true; go_on(); });
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== race) keep_first(event, () => event.target.requestSubmit(event.submitter));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='/']:not([target])");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (link && !elsewhere && link.hash !== "#main") keep_first(event, () => link.click());
  });
  addEventListener("pageshow", () => { kept = keeping = false; });
});
