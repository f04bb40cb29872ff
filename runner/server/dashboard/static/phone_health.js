// The history of a phone's health: its battery as a line, its states as a band below. The table beneath has the same.

import uPlot from "./packages/uPlot.esm.js";

const BAND = 14; // pixels
const AGAIN_MS = 30000;

const place = document.getElementById("health");
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const COLORS = { device: "--good", away: "--state-cancelled", offline: "--state-failed", unauthorized: "--state-missed" };
const colorOf = ({ state, problem }) => color(state === "device" && problem ? "--warn" : COLORS[state] ?? "--state-failed");

/** The states, as a band along the lower edge of the plot. */
const drawBand = (plot, spells) => {
  const { ctx, bbox } = plot;
  const height = BAND * devicePixelRatio;
  ctx.save();
  for (const spell of spells) {
    const left = Math.max(plot.valToPos(spell.from, "x", true), bbox.left);
    const right = Math.min(plot.valToPos(spell.until, "x", true), bbox.left + bbox.width);
    if (right <= left) continue;
    ctx.fillStyle = colorOf(spell);
    ctx.globalAlpha = spell.state === "device" && !spell.problem ? 0.35 : 0.9;
    ctx.fillRect(left, bbox.top + bbox.height - height, Math.max(right - left, 2), height);
  }
  ctx.restore();
};

/** Instants of the axis on the reader's clocks: times of a day, or days of a longer span. */
const words = (told, zone) => {
  const isDay = told.until - told.from < 2 * 86400;
  const form = isDay ? { hour: "2-digit", minute: "2-digit", hour12: false } : { day: "numeric", month: "short" };
  const format = new Intl.DateTimeFormat("en-GB", { ...form, timeZone: zone });
  return (_, ticks) => ticks.map((tick) => format.format(tick * 1000));
};

const options = (told, zone) => ({
  width: place.clientWidth,
  height: 180,
  tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
  legend: { show: false },
  cursor: { drag: { x: false, y: false } },
  scales: { x: { time: true, range: [told.from, told.until] }, y: { range: [0, 100] } },
  axes: [
    { stroke: color("--soft"), values: words(told, zone), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") } },
    { stroke: color("--soft"), size: 56, values: (_, ticks) => ticks.map((tick) => `${tick} %`), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") } },
  ],
  series: [{}, { stroke: color("--accent"), width: 2, points: { size: 4 }, paths: uPlot.paths.stepped({ align: 1 }) }],
  hooks: { drawClear: [(plot) => drawBand(plot, told.spells)] },
});

/** The last level is still so. */
const columns = ({ times, battery, until }) =>
  times.length ? [[...times, until], [...battery, battery.at(-1)]] : [[until], [null]];

let plot = null;
let drawn = 0;

const draw = async () => {
  if (document.hidden || Date.now() - drawn < AGAIN_MS) return;
  drawn = Date.now();
  const answer = await fetch(place.dataset.address).catch(() => null);
  if (!answer?.ok) return;
  const told = await answer.json();
  plot?.destroy();
  plot = new uPlot(options(told, document.body.dataset.zone || undefined), columns(told), place);
};

if (place) {
  draw();
  document.body.addEventListener(`changed:${place.dataset.topic}`, draw);
  new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: 180 })).observe(place);
}
