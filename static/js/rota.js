/* The rota, quicker: arrow keys lead from cell to cell, and what is typed is drawn as it is typed.
   What hours mean is decided where they are saved (core/scheduling/hours_text.py). */
"use strict";

for (const grid of document.querySelectorAll("[data-grid]")) {
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    const to = cell && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && next(grid, cell, event.key);
    if (!to) return;
    event.preventDefault();
    to.focus();
    if (to.select) to.select();
  });
}

/* Rows are the table's, or the days of a week; within a text the cursor goes to its end first. */
function next(grid, cell, key) {
  const rows = [...grid.querySelectorAll("tr, .day")].map((row) => [...row.querySelectorAll("[data-cell]")]).filter((row) => row.length);
  const y = rows.findIndex((row) => row.includes(cell));
  const x = rows[y].indexOf(cell);
  const across = getComputedStyle(grid).direction === "rtl" ? -1 : 1;
  if (key === "ArrowUp") return (rows[y - 1] || [])[x];
  if (key === "ArrowDown") return (rows[y + 1] || [])[x];
  if (key === "ArrowLeft" && at_an_end(cell, 0)) return rows[y][x - across];
  if (key === "ArrowRight" && at_an_end(cell, -1)) return rows[y][x + across];
  return null;
}

function at_an_end(cell, end) {
  if (!("value" in cell)) return true;
  const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  const place = end === 0 ? 0 : cell.value.length;
  return whole || (cell.selectionStart === place && cell.selectionEnd === place);
}

const SPAN = /(\d{1,2}(?:[:.h]\d\d)?|\d{3,4})h?\s*([ap]\.?m\.?)?\s*(?:-|–|—|\bto\b|\buntil\b|\btill\b)\s*(\d{1,2}(?:[:.h]\d\d)?(?!\d)|\d{3,4})h?\s*([ap]\.?m\.?)?/gi;

function minutes(text, half) {
  const [, hours, rest] = /^(\d{1,2})[:.h]?(\d\d)?$/.exec(text) || [];
  if (hours === undefined || Number(hours) > 24 || Number(rest || 0) > 59) return NaN;
  const pm = half && half.toLowerCase().startsWith("p");
  const hour = half ? (Number(hours) % 12) + (pm ? 12 : 0) : Number(hours);
  return hour * 60 + Number(rest || 0);
}

function* spans(text) {
  for (const [, start, am, end, pm] of text.matchAll(SPAN)) {
    const from = minutes(start, am);
    const until = minutes(end, pm);
    if (until > from) yield [from, until - from];
  }
}

for (const drawing of document.querySelectorAll("[data-bars]")) {
  const [hours, breaks] = drawing.dataset.bars.split(" ").map((id) => document.getElementById(id));
  const draw = () => {
    drawing.replaceChildren(...[...spans(hours.value)].map((span) => bar(span, "")), ...[...spans(breaks.value)].map((span) => bar(span, "pause")));
  };
  hours.addEventListener("input", draw);
  breaks.addEventListener("input", draw);
}

/* Pressed twice, the second would find the hours changed by the first. */
const kept = document.getElementById("kept");
kept?.addEventListener("submit", (event) => {
  if (kept.dataset.sent) event.preventDefault();
  kept.dataset.sent = "1";
  setTimeout(() => delete kept.dataset.sent, 3000); // where no answer came
});

function bar([start, length], kind) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x: start, width: length, height: 10, class: kind })) rect.setAttribute(name, value);
  return rect;
}
