/* The place one is at is in view among the office's; what is typed is tried as one types it. */
document.querySelector(".office-places [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const REST = 600; /* ms without a key */
document.querySelectorAll("form[data-tried]").forEach((form) => {
  const button = document.getElementById(form.dataset.tried);
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(button), REST);
  });
});
