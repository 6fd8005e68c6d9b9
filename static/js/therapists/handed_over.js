/* What this browser keeps of the therapist's day for when there is no signal is not the client's to see. */
if ("caches" in window) caches.delete("today");
/* What is read in a tab of its own is closed again: the questions stand in the other, half answered. */
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-to-the-questions]") || history.length > 1) return;
  event.preventDefault();
  window.close();
  setTimeout(() => location.assign(event.target.href), 300); // where a browser closes none
});
