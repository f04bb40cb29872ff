// What the keyboard does with the timeline: it goes through lanes and tasks, and moves a cursor in time.

import { AXIS } from "./timeline_draw.js";
import { gapWords } from "./timeline_hover.js";
import { step } from "./timeline_clock.js";
import { moved } from "./timeline_view.js";

export function chooseLane(page, by) {
  if (!page.layout?.order.length) return;
  const { order } = page.layout, middle = (page.view.from + page.view.until) / 2;
  const place = page.at ? order.indexOf(page.at.lane) + by : by > 0 ? 0 : order.length - 1;
  const lane = order[Math.min(order.length - 1, Math.max(0, place))];
  page.at = { lane, at: page.at?.at ?? middle };
  page.selected = -1;
  reveal(page, lane);
  page.said.textContent = `${page.scene.lanes.label[lane]} ${page.scene.lanes.detail[lane]}`.trim();
}

function reveal(page, lane) {
  const top = page.layout.y[lane], bottom = top + page.layout.height[lane], room = page.canvas.clientHeight - AXIS;
  const { view } = page;
  page.look({ ...view, top: Math.min(top, Math.max(view.top, bottom - room)) });
}

/** Select the next task of the lane, or the one before. */
export function chooseTask(page, by) {
  if (!page.at) chooseLane(page, 1);
  if (!page.at) return;
  const { scene } = page, { lane, at } = page.at;
  const first = scene.laneFrom[lane], last = scene.laneFrom[lane + 1];
  const isHere = page.selected >= first && page.selected < last;
  let next = isHere ? page.selected + by : by > 0 ? first : last - 1;
  const isBehind = (i) => !scene.shown[i] || (!isHere && (by > 0 ? scene.start[i] < at : scene.start[i] > at));
  while (next >= first && next < last && isBehind(next)) next += by;
  if (next < first || next >= last) {
    page.said.textContent = by > 0 ? "no later task" : "no earlier task";
    return;
  }
  page.at = { lane, at: scene.start[next] };
  page.select(next);
  bring(page, scene.start[next]);
}

export function moveCursor(page, by) {
  if (!page.at) chooseLane(page, 1);
  if (!page.at) return;
  const { from, until } = page.view, by_ms = step(until - from, page.canvas.clientWidth - page.label, 64) / 2;
  const at = Math.round((page.at.at + by * by_ms) / by_ms) * by_ms;
  page.at = { ...page.at, at };
  page.selected = -1;
  bring(page, at);
  const said = gapWords(page.scene, page.at.lane, at, page.clock, page.now);
  page.said.textContent = [page.clock.when(at, page.now), ...said].join(", ");
}

/** Move the view so that an instant is in it. */
function bring(page, at) {
  const { from, until } = page.view;
  const parts = at < from ? (at - from) / (until - from) - 0.2 : at > until ? (at - until) / (until - from) + 0.2 : 0;
  page.look(moved(page.view, parts));
}

export function askWhy(page) {
  if (!page.at) chooseLane(page, 1);
  if (page.at) page.why(page.at.lane, page.at.at, page.selected);
  page.panel.focus();
}
