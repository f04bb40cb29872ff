// Redraws a timeline, ours and the same tasks as SVG rectangles: each time the view has moved a little, until the frame
// after it. `redraws(json, lanes)` gives the milliseconds of one redraw of both.

import { arrange, decode, filter } from "./timeline_data.js";
import { AXIS, layOut, Painter } from "./timeline_draw.js";
import { readTheme } from "./timeline_theme.js";
import { ZoneClock } from "./timeline_clock.js";

const SVG = "http://www.w3.org/2000/svg";
const LABEL = 172, IN_A_ROW = 4;
const frame = () => new Promise(requestAnimationFrame);

/** The median time of a frame while each of them changes something. Frames follow each other at once, so that one which
 * takes long to rasterize holds the next one up. */
async function median(rounds, change) {
  const times = [];
  await frame();
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    for (let n = 0; n < IN_A_ROW; n++) {
      change(n);
      await frame();
    }
    times.push((performance.now() - started) / IN_A_ROW);
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)];
}

export async function redraws(json, rounds, peerRounds) {
  const now = json.until, scene = arrange(decode(json), now), canvas = document.querySelector("canvas");
  const layout = layOut(scene, filter(scene, { states: new Set(), campaign: "", text: "" }), 0);
  const painter = new Painter(canvas), clock = new ZoneClock("Europe/Stockholm");
  painter.resize(canvas.clientWidth, canvas.clientHeight);
  const theme = readTheme(document.body, scene.states, devicePixelRatio);
  const length = json.until - json.from, nearer = (n) => 1 - 0.001 * (n % 2);
  let drawn = 0;
  const ours = await median(rounds, (round) => {
    const view = { from: json.from, until: json.from + length * nearer(round), top: 0 };
    drawn = painter.draw(scene, layout, { view, now, label: LABEL, selected: -1, cursor: null }, theme, clock);
  });
  canvas.remove();

  const { svg, place } = rectangles(scene, layout, json, theme);
  document.body.append(svg);
  await frame();
  const peer = await median(peerRounds, (round) => place(json.from, json.from + length * nearer(round)));
  return { ours, peer, drawn, rectangles: svg.childElementCount };
}

/** The tasks as SVG; `place` puts each where it is in a view. Not by a transform of them all: a task is at least two pixels
 * wide, however far one zooms. */
function rectangles(scene, layout, { from, until }, theme) {
  const svg = document.createElementNS(SVG, "svg"), bars = [];
  svg.setAttribute("width", innerWidth);
  svg.setAttribute("height", innerHeight);
  for (let i = 0; i < scene.size; i++) {
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("y", AXIS + layout.y[scene.lane[i]] + 4);
    bar.setAttribute("height", layout.height[scene.lane[i]] - 8);
    bar.setAttribute("fill", theme.colours[scene.state[i]]);
    bars.push(bar);
  }
  const place = (first, last) => {
    const scale = (innerWidth - LABEL) / (last - first);
    for (let i = 0; i < scene.size; i++) {
      bars[i].setAttribute("x", LABEL + (scene.start[i] - first) * scale);
      bars[i].setAttribute("width", Math.max(2, (scene.end[i] - scene.start[i]) * scale));
    }
  };
  place(from, until);
  svg.append(...bars);
  return { svg, place };
}
