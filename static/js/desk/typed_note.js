/* A desk note that is typed and not saved goes along with whatever else is pressed on the visit. */
/* One that came back unsaved counts as typed, to whoever asks: this, the diary and what follows. */
document.addEventListener("htmx:load", ({ target }) => {
  for (const note of target.querySelectorAll("[data-unsaved]")) {
    const { value } = note;
    note.defaultValue = "";
    note.value = value;
  }
});
document.addEventListener("submit", ({ target: form }) => {
  const note = document.getElementById("desk-note");
  if (!note || note.form === form || !form.closest("#visit") || note.value === note.defaultValue) return;
  form.querySelector("[name=typed_note]")?.remove();
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "typed_note", value: note.value }));
}, true);
