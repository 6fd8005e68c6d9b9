/* Privacy mode: a key or a button blurs names on the staff's screens, until it is pressed again or
   the tab is closed. Loaded before the page is drawn, so that no name is seen meanwhile. */
(() => {
  const KEPT = "privacy", KEY = "F9";
  const root = document.documentElement;
  let title = "";

  const show = () => {
    const isOn = sessionStorage.getItem(KEPT) === "on";
    root.classList.toggle("private", isOn);
    if (isOn && !title) title = document.title;
    if (title) document.title = isOn ? "Taper" : title;
    for (const button of document.querySelectorAll("[data-privacy]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(isOn));
    }
  };

  const turn = () => {
    sessionStorage.setItem(KEPT, root.classList.contains("private") ? "off" : "on");
    show();
  };

  if (sessionStorage.getItem(KEPT) === "on") root.classList.add("private");
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-privacy]")) turn();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== KEY || event.repeat) return;
    event.preventDefault();
    turn();
  });
})();
