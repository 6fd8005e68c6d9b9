/* The body map by finger: a tap on a place brings its controls up from the list, and what is
   marked is drawn at once. Without this the open lists below the figures do the same. */
(() => {
  const map = document.querySelector("[data-body-map]");
  if (!map) return;
  const KINDS = ["tightness", "pain", "soreness"];
  const LEVELS = Array.from({ length: 11 }, (_, level) => `level-${level}`);
  const chosen = map.querySelector("[data-chosen]");
  const spots = [...map.querySelectorAll("[data-spot]")];
  const lists = new Map(spots.map((spot) => [spot, spot.closest("details")]));
  const kindOf = (spot) => spot.querySelector("input[type=radio]:checked")?.value ?? "";

  const draw = (spot) => {
    const link = map.querySelector(`[data-place="${spot.dataset.spot}"]`);
    const path = link.querySelector("path");
    const level = spot.querySelector("input[type=range]").value;
    const kind = kindOf(spot);
    spot.querySelector("output").value = level;
    path.classList.remove(...KINDS.map((one) => `is-${one}`), ...LEVELS);
    if (kind) path.classList.add(`is-${kind}`, `level-${level}`);
    const name = spot.querySelector("legend").firstChild.textContent.trim();
    link.setAttribute("aria-label", kind ? `${name}: ${kind} ${level}` : `${name}: nothing marked`);
  };

  const putBack = (spot) => {
    const after = spots.slice(spots.indexOf(spot) + 1);
    const list = lists.get(spot);
    list.insertBefore(spot, after.find((other) => other.parentNode === list) ?? null);
  };

  const bringUp = (spot) => {
    [...chosen.children].filter((other) => other !== spot && !kindOf(other)).forEach(putBack);
    if (chosen.firstChild !== spot) chosen.prepend(spot);
  };

  spots.forEach((spot) => spot.addEventListener("input", () => draw(spot)));
  chosen.append(...spots.filter(kindOf));
  map.querySelectorAll("details").forEach((list) => { list.open = false; });

  map.addEventListener("click", (event) => {
    const link = event.target.closest("[data-place]");
    if (!link) return;
    event.preventDefault();
    const spot = spots.find((one) => one.dataset.spot === link.dataset.place);
    bringUp(spot);
    spot.scrollIntoView({ block: "nearest" });
    spot.querySelector("input[type=radio]").focus({ preventScroll: true });
  });
})();
