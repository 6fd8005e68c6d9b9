/* What is typed is tried, or stands in its preview, as one types it. */
document.querySelectorAll("[data-preview-of]").forEach((line) => {
  document.getElementById(line.dataset.previewOf)?.addEventListener("input", ({ target }) => {
    line.textContent = target.value.trim() || line.dataset.empty;
  });
});

const REST = 600; /* ms without a key */
document.querySelectorAll("form[data-tried]").forEach((form) => {
  const button = document.getElementById(form.dataset.tried);
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(button), REST);
  });
});
