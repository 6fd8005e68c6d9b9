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
