// The arrow keys choose from the list under the box one is typing in; Enter then books.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-chooses]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!box || !step) return;
  const lines = [...document.getElementById(box.dataset.chooses).querySelectorAll("[type=radio]")];
  if (!lines.length) return;
  event.preventDefault();
  const now = lines.findIndex((line) => line.checked);
  const next = lines.at(now < 0 && step < 0 ? -1 : (now + step) % lines.length);
  next.checked = true;
  next.dispatchEvent(new Event("change", { bubbles: true }));
  next.scrollIntoView({ block: "nearest" });
});

// Enter in the box of who goes on to when, until a time is wished for: nobody is booked by taking a name.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-goes-on] #call-who");
  const when = document.getElementById("call-when");
  if (!box || event.key !== "Enter" || event.isComposing || when.value.trim()) return;
  if (!document.querySelector("#people [type=radio]:checked")) return; // it is said what is missing
  event.preventDefault();
  when.focus();
});

// Whoever is chosen is offered what they had last time, until a treatment is chosen by hand.
// The form comes and goes beside the diary; there only the treatments that fit can be chosen.
const chosenByHand = new WeakSet();
const usual = new WeakMap();
const offerTheLast = () => {
  const people = document.getElementById("people");
  const form = people?.closest("form");
  if (!form || chosenByHand.has(form)) return;
  const treatment = form.elements.treatment; // a list to drop down, or buttons side by side
  if (!usual.has(form)) usual.set(form, treatment.value);
  const last = people.querySelector("[type=radio]:checked")?.dataset.treatment;
  const offered = treatment.options ?? (treatment.forEach ? treatment : [treatment]);
  const wanted = [...offered].some((one) => one.value === last) ? last : usual.get(form);
  if (treatment.options || treatment.forEach) treatment.value = wanted;
};
document.addEventListener("change", ({ target }) => {
  if (target.name === "treatment") chosenByHand.add(target.form);
}, true);
// Before htmx asks for the times of whatever is chosen.
document.addEventListener("change", ({ target }) => target.closest("#people") && offerTheLast(), true);
document.addEventListener("people-shown", offerTheLast, true);
// Whoever types before the box is listened to is looked for all the same.
document.addEventListener("htmx:load", ({ target }) => {
  const box = target.querySelector?.("[data-chooses]");
  if (box && box.value !== box.defaultValue) htmx.trigger(box, "typed-early");
});
