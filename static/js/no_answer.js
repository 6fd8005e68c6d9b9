/* A press to which no answer comes says so: htmx alone would say nothing at all. */
(() => {
  const words = document.currentScript.dataset;
  let said = null;

  const quiet = () => { said?.remove(); said = null; };
  const say = (sentence) => {
    quiet();
    const p = Object.assign(document.createElement("p"), { textContent: sentence });
    said = Object.assign(document.createElement("div"), { className: "note note-danger no-answer" });
    said.setAttribute("role", "alert");
    said.append(p);
    document.body.append(said);
  };

  document.addEventListener("htmx:sendError", () => say(words.noConnection));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status >= 500) say(words.failed);
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.xhr.status < 500) quiet(); });
})();
