// Says how many sessions are ticked, and what they come to.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("#basket");
  if (!form) return;
  const [button, sum] = [form.querySelector("[data-book-all]"), form.querySelector("[data-sum]")];
  const ticks = [...document.querySelectorAll("input[name='take']")];

  function price(amount) {
    const options = { style: "currency", currency: form.dataset.currency };
    if (Number.isInteger(amount)) options.maximumFractionDigits = 0;
    return new Intl.NumberFormat(document.documentElement.lang, options).format(amount);
  }

  function said(element, count, amount) {
    const { none, one, many } = element.dataset;
    const words = count ? (count === 1 ? one : many) : none;
    return words.replace("[count]", count).replace("[price]", price(amount));
  }

  function count() {
    const ticked = ticks.filter((tick) => tick.checked);
    const amount = ticked.reduce((so_far, tick) => so_far + Number(tick.dataset.price), 0);
    button.textContent = said(button, ticked.length, amount);
    sum.textContent = said(sum, ticked.length, amount);
    button.disabled = ticked.length === 0;
    form.classList.toggle("is-empty", ticked.length === 0);
  }

  ticks.forEach((tick) => tick.addEventListener("change", count));
  count();
});
