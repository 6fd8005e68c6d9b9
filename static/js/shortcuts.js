// Alt+N: a new booking, from every page of the staff's.
document.addEventListener("keydown", (event) => {
  const link = document.querySelector("[data-shortcut=new]");
  if (!link || !event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyN") return;
  event.preventDefault();
  link.click();
});

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
