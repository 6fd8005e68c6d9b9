/* Hands the day to the worker that shows it without a signal, and has it forgotten at midnight. */
(async () => {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/today/worker.js", { scope: "/today/" });
  const { active } = await navigator.serviceWorker.ready;
  const remember = () => active.postMessage([...document.styleSheets].map((sheet) => sheet.href).filter(Boolean));
  remember();
  document.addEventListener("htmx:afterSwap", remember); // what it keeps is as new as the day
  setInterval(() => active.postMessage(null), 60_000);
})();
