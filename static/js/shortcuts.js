// Alt+N: a new booking, from every page of the staff's.
document.addEventListener("keydown", (event) => {
  const link = document.querySelector("[data-shortcut=new]");
  if (!link || !event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyN") return;
  event.preventDefault();
  link.click();
});

// Whoever goes on in a field that is filled already does so behind what stands there.
const isTyped = (box) => ["text", "search", "tel", "url"].includes(box.type);
const toTheEnd = (root) => {
  for (const box of root.querySelectorAll("input:is([autofocus], [aria-invalid=true])")) {
    if (isTyped(box)) box.setSelectionRange(box.value.length, box.value.length);
  }
};
toTheEnd(document);
document.addEventListener("htmx:load", ({ target }) => toTheEnd(target));

// Where a form was refused, one is taken to what is wrong in it, however far down it is.
document.querySelector("main [aria-invalid=true]")?.focus();

// The menu closes as menus do: by Escape, and by pressing elsewhere.
const menu = document.querySelector("[data-menu]");
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// What was said lies at the foot, over the page: whoever has read it puts it away.
document.querySelectorAll(".said > .note").forEach((note) => {
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn-close" });
  close.setAttribute("aria-label", note.parentElement.dataset.close);
  close.addEventListener("click", () => note.remove());
  note.append(close);
});

// Z undoes what the message at hand has just told, while that is possible; no field has the focus.
const offered = () => document.querySelector("[data-undo]");
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable]") || !offered()) return;
  event.preventDefault();
  offered().requestSubmit();
});
setInterval(() => {
  const form = offered();
  if (!form) return;
  form.dataset.undo -= 1;
  if (form.dataset.undo <= 0) return form.remove();
  const left = form.querySelector("[data-left]");
  left.textContent = left.textContent.replace(/\d+/, form.dataset.undo);
}, 1000);

// Single keys, which ? tells; they can be switched off on this device (WCAG 2.1.4). A dialog gives
// the focus back when it closes.
const KEYS_OFF = "keys-off";
const keysAreOn = () => localStorage.getItem(KEYS_OFF) === null;
const box = (name) => document.getElementById(name);
const press = (selector) => document.querySelector(selector)?.click();
const unfold = (step) => {
  const found = document.querySelector(`#visit [data-checkout=${step}]`);
  if (!found) return;
  found.open = true;
  (found.querySelector(":is(form button, a)") ?? found.querySelector("summary")).focus();
};
const acts = {
  "/": () => box("search-box").showModal(),
  "?": () => box("keys").showModal(),
  n: () => press("[data-shortcut=new]"),
  t: () => press("[data-key-today]"),
  ArrowLeft: () => press(".day-head [rel=prev]"),
  ArrowRight: () => press(".day-head [rel=next]"),
  a: () => press("#visit [name=status][value=arrived]"),
  d: () => press("#visit [name=status][value=completed]"),
  p: () => unfold("pay"),
  b: () => unfold("again"),
  1: () => press("[data-view=therapists]"),
  2: () => press("[data-view=rooms]"),
  3: () => press("[data-view=table]"),
};
document.addEventListener("keydown", (event) => {
  if (!box("keys") || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const { target, key } = event;
  if (target.closest?.("input, select, textarea, [contenteditable], dialog")) return;
  if (/^Arrow/.test(key) && target.closest?.("[role=group][tabindex]")) return; // it scrolls
  const act = acts[key.length === 1 ? key.toLowerCase() : key];
  if (!act || (!keysAreOn() && key !== "?")) return;
  event.preventDefault();
  act();
});
const keysOn = document.querySelector("[data-keys-on]");
if (keysOn) {
  keysOn.checked = keysAreOn();
  keysOn.addEventListener("change", () => {
    if (keysOn.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "yes");
  });
}
