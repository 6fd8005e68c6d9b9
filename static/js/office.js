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

/* A colour is chosen in the browser's own way too, beside its digits. */
document.querySelectorAll("input[data-colour]").forEach((typed) => {
  const chosen = Object.assign(document.createElement("input"), { type: "color", className: "form-control form-control-color" });
  const show = () => { if (/^#[0-9a-f]{6}$/i.test(typed.value)) chosen.value = typed.value; };
  chosen.setAttribute("aria-label", typed.dataset.colour);
  typed.before(chosen);
  typed.addEventListener("input", show);
  chosen.addEventListener("input", () => {
    typed.value = chosen.value;
    const own = typed.form.querySelector('input[type="radio"][value="own"]');
    if (own) own.checked = true;
  });
  chosen.value = typed.placeholder;
  show();
});
