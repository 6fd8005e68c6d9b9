// Alt+N: a new booking, from every page of the staff's.
document.addEventListener("keydown", (event) => {
  const link = document.querySelector("[data-shortcut=new]");
  if (!link || !event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyN") return;
  event.preventDefault();
  link.click();
});
