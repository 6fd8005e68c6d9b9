/* A page that follows what is done elsewhere is asked anew only while somebody looks at it, and is
   never changed under their hands: while they type, have unfolded something to fill in, or are
   about to press a button, which might be another one by then. */
(() => {
  // What is unfolded stays so, whatever has changed in it.
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, one) => !(name === "open" && one.matches("details"));
  const isTyped = (field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT" ? [...field.options].some((one) => one.selected !== one.defaultSelected)
      : field.type !== "hidden" && field.value !== field.defaultValue;
  // What the page itself has unfolded is nobody's work yet.
  const asServed = new WeakSet();
  const noteFolds = () => document.querySelectorAll("#follows details[open]").forEach((one) => asServed.add(one));
  noteFolds();
  document.addEventListener("toggle", ({ target }) => target.open || asServed.delete(target), true);
  const isFilledIn = (one) => !asServed.has(one) && one.querySelector("input:not([type=hidden]), select, textarea");
  const points = window.matchMedia("(hover: hover)");
  const isAtWork = () => {
    const place = document.getElementById("follows");
    const { activeElement: on } = document;
    return document.hidden || !place
      || (place.contains(on) && on.matches("input, select, textarea, button"))
      || (points.matches && place.querySelector("button:hover"))
      || place.querySelector(".htmx-request")
      || [...place.querySelectorAll("details[open]")].some(isFilledIn)
      || [...place.querySelectorAll("input, select, textarea")].some(isTyped);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-follows]") && isAtWork()) event.preventDefault();
  });
  // Whoever has begun meanwhile is left alone: the next round asks again.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.elt.matches("[data-follows]") && isAtWork()) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", ({ target }) => target.id === "follows" && noteFolds());
  // That a round has failed was nobody's press: the next one tries again.
  for (const name of ["htmx:sendError", "htmx:responseError"]) document.addEventListener(name, (event) => {
    if (event.detail.elt.matches("[data-follows]")) event.stopImmediatePropagation();
  }, true);
})();
