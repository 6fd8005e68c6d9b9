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
    link.setAttribute("aria-label", kind ? `${name}: ${kind} ${level}` : map.dataset.nothing.replace("{place}", name));
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

  spots.forEach((spot) => spot.addEventListener("input", () => { kind = kindOf(spot) || kind; draw(spot); }));
  chosen.append(...spots.filter(kindOf));
  map.querySelectorAll("details").forEach((list) => { list.open = false; });

  // One press marks a place as the one before it was; sliding sideways says how much. Up and down
  // the page scrolls as ever.
  const STEP = 18;
  const tip = Object.assign(document.createElement("output"), { className: "slid", hidden: true });
  document.body.append(tip);
  let kind = "tightness", sliding = null;
  const spotOf = (link) => spots.find((one) => one.dataset.spot === link.dataset.place);

  const slide = (spot, level, { clientX, clientY }) => {
    spot.querySelector("input[type=range]").value = level;
    draw(spot);
    tip.value = level;
    tip.hidden = false;
    tip.style.left = `${clientX}px`;
    tip.style.top = `${clientY}px`;
  };

  map.addEventListener("pointerdown", (event) => {
    const link = event.target.closest("[data-place]");
    if (!link || event.button !== 0) return;
    const spot = spotOf(link);
    sliding = { spot, from: event.clientX, level: Number(spot.querySelector("input[type=range]").value), moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!sliding) return;
    const steps = Math.round((event.clientX - sliding.from) / STEP);
    if (!steps && !sliding.moved) return;
    if (!sliding.moved) mark(sliding.spot);
    sliding.moved = true;
    slide(sliding.spot, Math.min(10, Math.max(0, sliding.level + steps)), event);
  });
  const stop = () => {
    tip.hidden = true;
    if (sliding?.moved) tell(sliding.spot);
    sliding = null;
  };
  map.addEventListener("dragstart", (event) => event.preventDefault());
  window.addEventListener("pointerup", stop);
  window.addEventListener("pointercancel", stop);

  const mark = (spot) => {
    bringUp(spot);
    if (kindOf(spot)) return;
    spot.querySelector(`input[value=${kind}]`).checked = true;
    draw(spot);
  };
  // As if it had been done below, so that the draft is saved.
  const tell = (spot) => spot.querySelector("input[type=range]").dispatchEvent(new Event("input", { bubbles: true }));

  map.addEventListener("click", (event) => {
    const link = event.target.closest("[data-place]");
    if (!link) return;
    event.preventDefault();
    const spot = spotOf(link);
    if (event.detail) { // by finger or mouse
      mark(spot);
      tell(spot);
      return;
    }
    bringUp(spot);
    spot.scrollIntoView({ block: "nearest" });
    spot.querySelector("input[type=radio]").focus({ preventScroll: true });
  });
})();
