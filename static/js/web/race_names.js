// A race's name is chosen from the clinic's races by a few letters; its date and distance follow.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("input[data-races]")) offer_races(field);
});

function offer_races(field) {
  const form = field.form;
  const box = document.createElement("ul");
  box.className = "race-names";
  box.id = `${field.id || field.name}-races`;
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", field.dataset.called);
  box.hidden = true;
  const holder = document.createElement("div");
  holder.className = "race-names-field";
  field.replaceWith(holder);
  const told = document.createElement("span");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  holder.append(field, box, told);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": box.id, autocomplete: "off",
  })) field.setAttribute(name, value);

  let races = [];
  let at = -1;
  let waits = 0;
  let asked = 0;

  function close() {
    box.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function show(found) {
    races = found;
    box.replaceChildren(...races.map((race, number) => {
      const line = document.createElement("li");
      line.id = `${box.id}-${number}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      const name = document.createElement("b");
      name.textContent = race.name;
      const facts = document.createElement("span");
      facts.textContent = `${race.distance_name} · ${race.where}`;
      line.append(name, " ", facts);
      line.addEventListener("mousedown", (event) => event.preventDefault());
      line.addEventListener("click", () => choose(number));
      return line;
    }));
    at = -1;
    box.hidden = !races.length;
    field.setAttribute("aria-expanded", String(!box.hidden));
    told.textContent = races.length ? field.dataset.found.replace("{count}", races.length) : "";
  }

  function mark(number) {
    at = (number + races.length) % races.length;
    [...box.children].forEach((line, place) => line.setAttribute("aria-selected", String(place === at)));
    field.setAttribute("aria-activedescendant", box.children[at].id);
    box.children[at].scrollIntoView({ block: "nearest" });
  }

  function put(name, value) {
    const there = form.elements[name];
    if (!there) return;
    there.value = value;
    const one = there instanceof RadioNodeList ? [...there].find((radio) => radio.checked) : there;
    if (one) one.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function choose(number) {
    const race = races[number];
    const [year, month, day] = race.day.split("-");
    field.value = race.name;
    close();
    put("distance", race.distance);
    put("race_date", race.day);
    put("race_date_day", day);
    put("race_date_month", month);
    put("race_date_year", year);
    form.elements.listed.value = race.listed;
    told.textContent = field.dataset.taken;
  }

  field.addEventListener("input", () => {
    clearTimeout(waits);
    const typed = field.value.trim();
    if (typed.length < 2) return close();
    waits = setTimeout(async () => {
      const mine = ++asked;
      try {
        const answer = await fetch(`${field.dataset.races}?q=${encodeURIComponent(typed)}`);
        const { races: found } = await answer.json();
        if (mine === asked && document.activeElement === field) show(found);
      } catch { close(); }
    }, 200);
  });
  field.addEventListener("keydown", (event) => {
    if (box.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(event.key === "ArrowDown" ? at + 1 : (at < 0 ? races.length : at) - 1);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      choose(at);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  field.addEventListener("blur", () => { asked++; close(); });
}
