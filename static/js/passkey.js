/* Says so when a passkey was not given, instead of doing nothing. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const trouble = document.querySelector("[data-passkey-trouble]");
  document.querySelector("main h1").after(trouble);
  trouble.hidden = false;
});
