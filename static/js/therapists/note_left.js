/* On coming back: what became of a note that was left while there was no connection. The browser
   has kept that it was, and of which visit; never a word of it, nor a name. */
(() => {
  const KEPT = "note-left"; // as note.js has it
  const box = document.querySelector("[data-note-left]");
  const left = JSON.parse(localStorage.getItem(KEPT) ?? "null");
  if (!box || !left) return;
  const isHere = left.path === location.pathname;
  const note = document.querySelector("[data-draft]");
  const isOpen = !isHere || !!note;
  // Saved since: from another window, or what was typed last has arrived unseen.
  const isSavedSince = isHere && note?.elements.revision.value !== left.revision;
  for (const part of box.querySelectorAll("[data-elsewhere]")) part.hidden = isHere;
  box.querySelector("[data-here]").hidden = !isHere || isSavedSince;
  box.querySelector("[data-saved-since]").hidden = !isSavedSince;
  box.querySelector("[data-not-signed]").hidden = !left.wasToBeSigned || !isOpen;
  box.querySelector("a").href = left.path;
  box.hidden = false;
  if (isHere) localStorage.removeItem(KEPT);
})();
