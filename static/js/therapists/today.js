/* Hands the day to the worker that shows it without a signal, and has it forgotten at midnight. */
(async () => {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/today/worker.js", { scope: "/today/" });
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage([...document.styleSheets].map((sheet) => sheet.href).filter(Boolean));
  setInterval(() => active.postMessage(null), 60_000);
})();
