/* A desk note that is typed and not saved goes along with whatever else is pressed on the visit. */
document.addEventListener("submit", ({ target: form }) => {
  const note = document.getElementById("desk-note");
  if (!note || note.form === form || !form.closest("#visit") || (note.value === note.defaultValue && !("unsaved" in note.dataset))) return;
  form.querySelector("[name=typed_note]")?.remove();
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "typed_note", value: note.value }));
}, true);
