// How the tasks of a campaign ended, day by day: bars that stand on one another, each state in its colour.

import uPlot from "./packages/uPlot.esm.js";

const HEIGHT = 220;
const DAY_S = 86400;
const charts = new Map();

/** @param {string} name of a colour of style.css */
const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim() || "gray";

/** Rows that stand on those before them, the last one on top. */
const stacked = (counts) => counts.map((_, upTo) => counts[0].map((_, day) => counts.slice(0, upTo + 1).reduce((sum, row) => sum + row[day], 0)));

const shortDay = (seconds) => new Date(seconds * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** Draws the chart of an element: `{days: ["2026-11-21"], states: ["completed"], counts: [[3]]}` is its data. */
const draw = (place) => {
  const { days, states, counts } = JSON.parse(place.dataset.chart);
  const instants = days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  // The highest stack is drawn first, so that each lower one covers its own part.
  const order = states.map((_, index) => states.length - 1 - index);
  const sums = stacked(counts);
  const options = {
    width: place.clientWidth,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { range: [instants[0] - DAY_S / 2, instants.at(-1) + DAY_S / 2] }, y: { range: (_, __, most) => [0, Math.max(most, 1)] } },
    axes: [{ ...axis, values: (_, at) => at.map(shortDay) }, { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] }],
    series: [
      { label: "day", value: (_, seconds) => (seconds === null ? "" : new Date(seconds * 1000).toISOString().slice(0, 10)) },
      ...order.map((index) => ({
        label: states[index],
        fill: colour(`--state-${states[index]}`),
        stroke: colour(`--state-${states[index]}`),
        width: 0,
        paths: uPlot.paths.bars({ size: [0.7, 40] }),
        points: { show: false },
        value: (_, __, ___, day) => (day === null ? "" : counts[index][day]),
      })),
    ],
  };
  place.replaceChildren();
  return new uPlot(options, [instants, ...order.map((index) => sums[index])], place);
};

const drawAll = () => {
  for (const [place, chart] of charts) {
    if (place.isConnected) continue;
    chart.destroy();
    charts.delete(place);
  }
  for (const place of document.querySelectorAll("[data-chart]")) {
    if (charts.has(place) || !place.clientWidth) continue;
    charts.set(place, draw(place));
  }
};

const drawAnew = () => {
  for (const chart of charts.values()) chart.destroy();
  charts.clear();
  drawAll();
};

drawAll();
document.addEventListener("htmx:afterSwap", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAnew);
addEventListener("resize", drawAnew);
