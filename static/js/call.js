// The arrow keys choose from the list under the box one is typing in; Enter then books.
for (const box of document.querySelectorAll("[data-chooses]")) {
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const lines = [...document.getElementById(box.dataset.chooses).querySelectorAll("[type=radio]")];
    if (!step || !lines.length) return;
    event.preventDefault();
    const now = lines.findIndex((line) => line.checked);
    const next = lines[(now + step + lines.length) % lines.length];
    next.checked = true;
    next.dispatchEvent(new Event("change", { bubbles: true }));
    next.scrollIntoView({ block: "nearest" });
  });
}
