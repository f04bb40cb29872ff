// Draws a timeline on one canvas: bars are gathered by state while lanes are gone through once, and filled colour by
// colour. A frame makes no objects for tasks.

import { firstAt, MOST_ROWS, PLANNED } from "./timeline_data.js";
import { Bars } from "./timeline_bars.js";
import { lines, nights, step } from "./timeline_clock.js";

export const AXIS = 40, LANE = 34, GROUP = 24, EXTRA_LINE = 12, MARK = 5;
const HOUR = 3600e3, DAY = 24 * HOUR;
const FEW_BARS = 4000, MOST_WORDS = 400, LEAST_WORD = 46, LEAST_PATTERN = 8, TALLEST = 1.7, DAY_ROOM = 84;

/** Where lanes are: `y[l]` and `height[l]` in pixels from the top of the first, -1 for lanes that are not shown. Few
 * lanes are taller, as far as there is room. */
export function layOut(scene, filled, room) {
  const layout = stacked(scene, filled, 1);
  const tall = Math.min(TALLEST, room / layout.total);
  return tall > 1.05 ? stacked(scene, filled, tall) : layout;
}

function stacked(scene, filled, tall) {
  const count = scene.lanes.name.length, y = new Float64Array(count).fill(-1), height = new Float64Array(count);
  const groups = [], order = [];
  let at = 0, group = "";
  const sorted = [...Array(count).keys()];
  if (scene.by === "campaign") {
    const first = new Map();
    sorted.forEach((l) => first.has(scene.lanes.group[l]) || first.set(scene.lanes.group[l], l));
    sorted.sort((a, b) => first.get(scene.lanes.group[a]) - first.get(scene.lanes.group[b]) || a - b);
  }
  for (const l of sorted) {
    if (!filled[l]) continue;
    if (scene.lanes.group[l] !== group) {
      group = scene.lanes.group[l];
      groups.push({ label: group, y: at });
      at += GROUP;
    }
    y[l] = at;
    height[l] = Math.round((LANE + (scene.depth[l] - 1) * EXTRA_LINE) * tall);
    order.push(l);
    at += height[l];
  }
  return { y, height, groups, order, total: at };
}

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.bars = [];
    this.words = new Int32Array(MOST_WORDS);
    this.wordCount = 0;
    // Of each state and line of a lane: where its last bar ends, and where that stands among the bars.
    this.edges = new Int32Array(16 * MOST_ROWS);
    this.places = new Int32Array(16 * MOST_ROWS);
  }

  /** Fit the canvas to its element; returns the ratio of its pixels to those of the page. */
  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.width = width;
    this.height = height;
    this.ratio = ratio;
    return ratio;
  }

  /** One picture. `place` is {view, now, label (width of the names), selected, cursor}. Returns how many bars it has. */
  draw(scene, layout, place, theme, clock) {
    const it = this.context, { view } = place;
    this.left = place.label;
    this.scale = (this.width - this.left) / (view.until - view.from);
    it.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    it.fillStyle = theme.ground;
    it.fillRect(0, 0, this.width, this.height);
    it.save();
    it.beginPath();
    it.rect(this.left, AXIS, this.width - this.left, this.height - AXIS);
    it.clip();
    this.shade(view, theme, clock);
    this.bands(scene, layout, place, theme);
    this.grid(scene, layout, view, theme, clock);
    const count = this.tasks(scene, layout, place, theme);
    this.fill(theme);
    this.write(scene, layout, place, theme);
    this.mark(scene, layout, place, theme);
    it.restore();
    this.names(scene, layout, place, theme);
    this.axis(place, theme, clock);
    return count;
  }

  x(ms, from) {
    return this.left + (ms - from) * this.scale;
  }

  shade(view, theme, clock) {
    const it = this.context, length = view.until - view.from;
    it.fillStyle = theme.night;
    if (length < 12 * DAY) {
      for (const [dusk, dawn] of nights(clock, view.from, view.until)) {
        const x = this.x(dusk, view.from);
        it.fillRect(x, AXIS, this.x(dawn, view.from) - x, this.height);
      }
      return;
    }
    for (let day = clock.day(view.from); day < view.until; day = clock.day(day, 1)) {
      const weekday = new Date(day + clock.offset(day)).getUTCDay();
      if (weekday === 0 || weekday === 6) {
        const x = this.x(day, view.from);
        it.fillRect(x, AXIS, this.x(clock.day(day, 1), view.from) - x, this.height);
      }
    }
  }

  bands(scene, layout, { view, now }, theme) {
    for (const band of scene.bands) {
      const until = band.until === Infinity ? Math.max(now, band.from) : band.until;
      if (until < view.from || band.from > view.until) continue;
      const x = Math.max(this.left, this.x(band.from, view.from));
      const w = Math.max(1, Math.min(this.width, this.x(until, view.from)) - x);
      if (band.lanes === null) {
        this.band(theme, band.kind, x, AXIS, w, this.height);
        continue;
      }
      for (const l of band.lanes) {
        const y = AXIS + layout.y[l] - view.top;
        if (layout.y[l] < 0 || y > this.height || y + layout.height[l] < AXIS) continue;
        if (band.kind === "spread") this.band(theme, band.kind, x, y + layout.height[l] - 6, w, 4);
        else this.band(theme, band.kind, x, y + 1, w, layout.height[l] - 1);
      }
    }
  }

  band(theme, kind, x, y, w, h) {
    const it = this.context;
    it.fillStyle = theme.bands[kind];
    it.fillRect(x, y, w, h);
    if (theme.bandPatterns[kind]) {
      it.fillStyle = theme.bandPatterns[kind];
      it.fillRect(x, y, w, h);
    }
  }

  grid(scene, layout, view, theme, clock) {
    const it = this.context, length = view.until - view.from, width = this.width - this.left;
    const distance = step(length, width, 64);
    it.fillStyle = theme.grid;
    for (const at of lines(clock, view.from, view.until, distance)) {
      it.fillRect(Math.round(this.x(at, view.from)), AXIS, 1, this.height);
    }
    for (const l of layout.order) {
      const y = AXIS + layout.y[l] + layout.height[l] - view.top;
      if (y > AXIS && y < this.height) it.fillRect(this.left, Math.round(y), width, 1);
    }
    if (distance < DAY) {
      it.fillStyle = theme.strong;
      for (const at of lines(clock, view.from, view.until, DAY)) {
        it.fillRect(Math.round(this.x(at, view.from)), AXIS, 1, this.height);
      }
    }
  }

  /** Gather the bars of what is seen. Of each state there is at most one bar on a pixel of a line; `fill` paints the
   * worst state last, so that of several on one pixel it is the one that is seen. */
  tasks(scene, layout, { view, now }, theme) {
    while (this.bars.length < scene.states.length) this.bars.push(new Bars());
    for (const bars of this.bars) bars.size = 0;
    this.wordCount = 0;
    let count = 0;
    for (const l of layout.order) {
      const y = AXIS + layout.y[l] - view.top;
      if (y > this.height || y + layout.height[l] < AXIS) continue;
      count += this.lane(scene, l, y, layout.height[l], view, now, theme);
    }
    return count;
  }

  lane(scene, l, y, height, view, now, theme) {
    const { start, end, state, row, shown, kind } = scene, { tops, bottoms } = theme, edges = this.edges.fill(-1e9), places = this.places;
    const scale = this.scale, left = this.left, from = view.from, until = view.until;
    const first = left - 4, beyond = this.width + 4;
    const line = (height - 8) / scene.depth[l], last = scene.laneFrom[l + 1];
    let count = 0;
    for (let i = firstAt(scene, l, from - 8 / scale); i < last; i++) {
      const begins = start[i];
      if (begins > until) break;
      if (!shown[i]) continue;
      let ends = end[i];
      if (ends === Infinity) ends = now > begins ? now : begins;
      let x = Math.floor(left + (begins - from) * scale), to = Math.ceil(left + (ends - from) * scale);
      const least = ends === begins ? MARK : 2;
      if (to < x + least) to = x + least;
      if (to < left) continue;
      if (x < first) x = first;
      if (to > beyond) to = beyond;
      count++;
      const s = state[i], r = row[i], edge = edges[s * MOST_ROWS + r];
      if (to <= edge) continue;
      edges[s * MOST_ROWS + r] = to;
      if (x <= edge && to - x <= MARK) {
        // It touches the one before: both are too narrow to be told apart.
        this.bars[s].widen(places[s * MOST_ROWS + r], to);
        continue;
      }
      if (x < edge) x = edge;
      const top = tops[s] * (line - 1), high = bottoms[s] * (line - 1) - top, wide = to - x;
      places[s * MOST_ROWS + r] = this.bars[s].add(x, y + 4 + r * line + top, wide > MARK ? wide - 1 : wide, high < 2 ? 2 : high);
      if (wide > LEAST_WORD && line > 10 && this.wordCount < MOST_WORDS && kind[i] <= PLANNED) {
        this.words[this.wordCount++] = i;
      }
    }
    return count;
  }

  /** Fill the gathered bars, one colour after the other, and lay patterns over the wide ones. */
  fill(theme) {
    const it = this.context;
    for (const s of theme.order) {
      const { at, size } = this.bars[s];
      if (!size) continue;
      it.fillStyle = theme.colours[s];
      if (theme.outlines[s]) {
        for (let n = 0; n < size; n += 4) frame(it, at[n], at[n + 1], at[n + 2], at[n + 3]);
        continue;
      }
      for (let n = 0; n < size; n += 4) it.fillRect(at[n], at[n + 1], at[n + 2], at[n + 3]);
      if (!theme.patterns[s] || size > 4 * FEW_BARS) continue;
      it.fillStyle = theme.patterns[s];
      for (let n = 0; n < size; n += 4) if (at[n + 2] >= LEAST_PATTERN) it.fillRect(at[n], at[n + 1], at[n + 2], at[n + 3]);
    }
  }

  /** Titles inside the bars that have room. */
  write(scene, layout, { view, now }, theme) {
    const it = this.context;
    it.font = `11px ${theme.font}`;
    it.textBaseline = "middle";
    it.textAlign = "left";
    for (let w = 0; w < this.wordCount; w++) {
      const i = this.words[w], l = scene.lane[i], line = (layout.height[l] - 8) / scene.depth[l];
      const end = scene.end[i] === Infinity ? Math.max(now, scene.start[i]) : scene.end[i];
      const x = Math.max(this.left, this.x(scene.start[i], view.from)) + 5;
      const room = Math.min(this.width, this.x(end, view.from)) - x - 5;
      if (room < LEAST_WORD - 16) continue;
      const text = fitted(it, scene.titles[scene.title[i]], room);
      const y = AXIS + layout.y[l] - view.top + 4 + scene.row[i] * line + line / 2;
      const isFilled = !theme.outlines[scene.state[i]];
      if (isFilled) {
        it.fillStyle = theme.colours[scene.state[i]];
        it.fillRect(x - 2, y - 6, it.measureText(text).width + 4, 12);
      }
      it.fillStyle = isFilled ? theme.ground : theme.ink;
      it.fillText(text, x, y);
    }
  }

  /** The now-line, what is selected, and the keyboard's cursor. */
  mark(scene, layout, { view, now, selected, cursor }, theme) {
    const it = this.context;
    if (now > view.from && now < view.until) {
      it.fillStyle = theme.now;
      it.fillRect(Math.round(this.x(now, view.from)) - 1, AXIS, 2, this.height);
    }
    if (cursor) {
      const y = AXIS + layout.y[cursor.lane] - view.top;
      it.strokeStyle = theme.focus;
      it.lineWidth = 1;
      it.setLineDash([4, 3]);
      it.strokeRect(Math.round(this.x(cursor.at, view.from)) + 0.5, y + 1.5, 0, layout.height[cursor.lane] - 3);
      it.setLineDash([]);
    }
    if (selected >= 0) {
      const l = scene.lane[selected], line = (layout.height[l] - 8) / scene.depth[l];
      const end = scene.end[selected] === Infinity ? Math.max(now, scene.start[selected]) : scene.end[selected];
      const x = Math.max(this.left + 1, this.x(scene.start[selected], view.from) - 2);
      const width = Math.min(this.width - 2, Math.max(this.x(end, view.from) + 2, x + MARK + 3)) - x;
      it.strokeStyle = theme.focus;
      it.lineWidth = 2;
      it.strokeRect(x, AXIS + layout.y[l] - view.top + 3 + scene.row[selected] * line, width, line + 1);
    }
  }

  /** The names of lanes and groups, which stay where they are while time moves. */
  names(scene, layout, { view, cursor, label }, theme) {
    const it = this.context;
    it.fillStyle = theme.raised;
    it.fillRect(0, 0, label, this.height);
    it.save();
    it.beginPath();
    it.rect(0, AXIS, this.width, this.height - AXIS);
    it.clip();
    it.textAlign = "left";
    it.textBaseline = "middle";
    for (const group of layout.groups) {
      const y = AXIS + group.y - view.top;
      if (y > this.height || y + GROUP < AXIS) continue;
      it.fillStyle = theme.raised;
      it.fillRect(0, y, this.width, GROUP);
      it.fillStyle = theme.muted;
      it.font = `600 11px ${theme.font}`;
      it.fillText(fitted(it, group.label, label - 16), 8, y + GROUP / 2);
    }
    for (const l of layout.order) {
      const y = AXIS + layout.y[l] - view.top, height = layout.height[l];
      if (y > this.height || y + height < AXIS) continue;
      if (cursor && cursor.lane === l) {
        it.fillStyle = theme.focus;
        it.fillRect(0, y + 2, 3, height - 3);
      }
      const detail = scene.lanes.detail[l], hasTwo = detail && label > 120;
      it.fillStyle = theme.ink;
      it.font = `12px ${theme.font}`;
      it.fillText(fitted(it, scene.lanes.label[l], label - 16), 8, y + height / 2 - (hasTwo ? 6 : 0));
      if (hasTwo) {
        it.fillStyle = theme.muted;
        it.font = `10px ${theme.font}`;
        it.fillText(fitted(it, detail, label - 16), 8, y + height / 2 + 7);
      }
      it.fillStyle = theme.grid;
      it.fillRect(0, Math.round(y + height), label, 1);
    }
    it.restore();
    it.fillStyle = theme.strong;
    it.fillRect(label - 1, 0, 1, this.height);
  }

  /** The days above, the times below them, and the present. */
  axis({ view, now, label }, theme, clock) {
    const it = this.context, width = this.width - label;
    it.fillStyle = theme.raised;
    it.fillRect(0, 0, this.width, AXIS);
    it.save();
    it.beginPath();
    it.rect(label, 0, width, AXIS);
    it.clip();
    it.textBaseline = "middle";
    it.textAlign = "left";
    const length = view.until - view.from, distance = step(length, width, 64);
    it.fillStyle = theme.muted;
    it.font = `11px ${theme.font}`;
    if (distance < DAY) {
      for (const at of lines(clock, view.from, view.until, distance)) {
        it.fillText(clock.text(at), this.x(at, view.from) + 4, 29);
      }
    }
    it.fillStyle = theme.ink;
    it.font = `600 11px ${theme.font}`;
    const days = distance < DAY ? DAY : distance;
    let end = Infinity;
    for (const at of [clock.day(view.from), ...lines(clock, view.from, view.until, days)].reverse()) {
      // The day that began before the view keeps its name at the edge, unless the next one needs the room.
      const x = Math.max(label, this.x(at, view.from)) + 4;
      if (x + DAY_ROOM <= end) it.fillText(clock.text(at, "day"), x, 12);
      end = Math.min(end, x);
    }
    if (now > view.from && now < view.until) {
      const x = this.x(now, view.from), text = `now ${clock.text(Math.floor(now / 60e3) * 60e3)}`;
      const room = it.measureText(text).width + 10, at = Math.min(this.width - room, Math.max(label, x - room / 2));
      it.fillStyle = theme.now;
      it.fillRect(at, 21, room, 17);
      it.fillStyle = theme.ground;
      it.fillText(text, at + 5, 30);
    }
    it.restore();
    it.fillStyle = theme.strong;
    it.fillRect(0, AXIS - 1, this.width, 1);
  }
}

/** An outline as four thin bars: quicker than a stroke. */
function frame(it, x, y, w, h) {
  if (w <= 3) {
    it.fillRect(x, y, 1, h);
    return;
  }
  it.fillRect(x, y, w, 1);
  it.fillRect(x, y + h - 1, w, 1);
  it.fillRect(x, y, 1, h);
  it.fillRect(x + w - 1, y, 1, h);
}

const widths = new Map();

/** A text cut to a width in pixels, with an ellipsis. */
function fitted(it, text, room) {
  const key = `${it.font}|${text}`;
  let whole = widths.get(key);
  if (whole === undefined) {
    if (widths.size > 4000) widths.clear();
    whole = it.measureText(text).width;
    widths.set(key, whole);
  }
  if (whole <= room) return text;
  const letters = Math.max(1, Math.floor((text.length * room) / whole) - 1);
  return `${text.slice(0, letters)}…`;
}
