// The arrow keys choose from the list under the box one is typing in; Enter then books.
for (const box of document.querySelectorAll("[data-chooses]")) {
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const lines = [...document.getElementById(box.dataset.chooses).querySelectorAll("[type=radio]")];
    if (!step || !lines.length) return;
    event.preventDefault();
    const now = lines.findIndex((line) => line.checked);
    const next = lines.at(now < 0 && step < 0 ? -1 : (now + step) % lines.length);
    next.checked = true;
    next.dispatchEvent(new Event("change", { bubbles: true }));
    next.scrollIntoView({ block: "nearest" });
  });
}

// Whoever is chosen is offered what they had last time, until a treatment is chosen by hand.
const treatment = document.getElementById("call-treatment");
const people = document.getElementById("people");
const usual = treatment.value;
let chosenByHand = false;
treatment.addEventListener("change", () => { chosenByHand = true; });
const offerTheLast = () => {
  const last = people.querySelector("[type=radio]:checked")?.dataset.treatment;
  if (!chosenByHand) treatment.value = last || usual;
};
// Before htmx asks for the times of whatever is chosen.
people.addEventListener("change", offerTheLast, true);
document.addEventListener("people-shown", offerTheLast, true);
