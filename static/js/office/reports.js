// Draws each table of a report beside it. The table says all; the drawing reads its cells.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const LINE = 32; // a bar that lies, with its place
  const NARROW = 340;
  const drawn = new Map();

  // What a browser with colours of its own draws in.
  const FORCED = { "--accent": "linktext", "--card": "canvas", "--soft": "canvastext", "--line": "graytext", "--ink": "canvastext" };
  const forced = matchMedia("(forced-colors: active)");

  function colour(name) {
    if (forced.matches) return FORCED[name];
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  // The second figure is striped: told apart by who sees no colours, and on grey paper.
  function stripes(ink, ground) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = ground;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = ink;
    pen.lineWidth = 2;
    pen.beginPath();
    for (const start of [-8, 0, 8]) {
      pen.moveTo(start, 8);
      pen.lineTo(start + 8, 0);
    }
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  function fills() {
    return [colour("--accent"), stripes(colour("--accent"), colour("--card"))];
  }

  function cut(text, most) {
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  }

  function read(place) {
    const table = document.getElementById(place.dataset.chart);
    const rows = [...table.tBodies[0].rows];
    const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const columns = place.dataset.columns.split(",").map((text) => Number(text) + 1);
    return {
      labels: rows.map((row) => row.cells[0].dataset.short || row.cells[0].textContent.trim()),
      sets: columns.map((column) => ({
        label: headings[column],
        values: rows.map((row) => Number(row.cells[column].dataset.value)),
        texts: rows.map((row) => row.cells[column].textContent.trim()),
      })),
    };
  }

  function draw(place) {
    const { labels, sets } = read(place);
    const lies = "lying" in place.dataset;
    drawn.get(place)?.destroy();
    place.replaceChildren(document.createElement("canvas"));
    if (lies) place.style.height = `${Math.max(3, labels.length * sets.length + 1) * LINE}px`;
    const [solid, striped] = fills();
    const axis = { ticks: { color: colour("--soft") }, grid: { color: colour("--line") } };
    const most = lies && place.clientWidth > NARROW ? 26 : 14; // letters of a label
    const named = { ...axis.ticks, callback: (number) => cut(labels[number], most) };
    const names = { ...axis, ticks: named, grid: { display: false } };
    drawn.set(place, new Chart(place.firstChild, {
      type: "bar",
      data: {
        labels,
        datasets: sets.map((set, number) => ({
          label: set.label,
          data: set.values,
          texts: set.texts,
          backgroundColor: number ? striped : solid,
          borderColor: colour("--accent"),
          borderWidth: 1,
          maxBarThickness: 28,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: lies ? "y" : "x",
        scales: { [lies ? "y" : "x"]: names, [lies ? "x" : "y"]: { ...axis, beginAtZero: true } },
        plugins: {
          legend: { display: sets.length > 1, labels: { color: colour("--ink") } },
          tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${item.dataset.texts[item.dataIndex]}` } },
        },
      },
    }));
  }

  function drawAll() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  drawAll();
  document.fonts.ready.then(drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  forced.addEventListener("change", drawAll);
  matchMedia("print").addEventListener("change", drawAll);
});
