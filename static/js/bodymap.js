/* The body map by finger: a tap on a place opens its controls; what is chosen is drawn at once.
   Without this the list below the figures does the same. */
(() => {
  const map = document.querySelector("[data-body-map]");
  if (!map) return;
  const KINDS = ["tightness", "pain", "soreness"];
  const spotOf = (key) => map.querySelector(`[data-spot="${key}"]`);
  const kindOf = (spot) => spot.querySelector("input[type=radio]:checked")?.value ?? "";

  const draw = (spot) => {
    const key = spot.dataset.spot;
    const link = map.querySelector(`[data-place="${key}"]`);
    const path = link.querySelector("path");
    const level = spot.querySelector("input[type=range]").value;
    const kind = kindOf(spot);
    spot.querySelector("output").value = level;
    path.classList.remove(...KINDS.map((one) => `is-${one}`), ...Array.from({ length: 11 }, (_, n) => `level-${n}`));
    if (kind) path.classList.add(`is-${kind}`, `level-${level}`);
    const name = spot.querySelector("legend").firstChild.textContent.trim();
    link.setAttribute("aria-label", kind ? `${name}: ${kind} ${level}` : `${name}: nothing marked`);
  };

  map.querySelectorAll("[data-spot]").forEach((spot) => {
    spot.hidden = !kindOf(spot);
    spot.addEventListener("input", () => draw(spot));
  });
  map.querySelectorAll("details").forEach((list) => list.classList.add("is-chosen-only"));

  map.addEventListener("click", (event) => {
    const link = event.target.closest("[data-place]");
    if (!link) return;
    event.preventDefault();
    const spot = spotOf(link.dataset.place);
    map.querySelectorAll("[data-spot]").forEach((other) => { other.hidden = other !== spot && !kindOf(other); });
    spot.closest("details").open = true;
    spot.hidden = false;
    spot.scrollIntoView({ block: "nearest" });
    spot.querySelector("input[type=radio]").focus({ preventScroll: true });
  });
})();
