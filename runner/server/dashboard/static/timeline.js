// The page of the timeline: what is loaded, what is seen, and what a person does with it.

import { arrange, decode, filter, merge, rowAt, TASK } from "./timeline_data.js";
import { around, format, iso, MOST, parse } from "./timeline_view.js";
import { ZoneClock } from "./timeline_clock.js";
import { AXIS, layOut, Painter } from "./timeline_draw.js";
import { readTheme } from "./timeline_theme.js";
import { gapWords, Hover, rowWords } from "./timeline_hover.js";
import { Minimap } from "./timeline_minimap.js";
import { listen } from "./timeline_input.js";
import { connect } from "./timeline_controls.js";

const DAY = 86400e3, SECOND = 1000;
const LEAST_LOADED = 7 * DAY, MOST_LOADED = 92 * DAY;
const SLACK_PX = 4, ADDRESS_AFTER = 250, TABLE_AFTER = 700, LIVE_EVERY = 3 * SECOND, WHOLE_EVERY = 60 * SECOND;
const TAIL = 120 * SECOND;

class Page {
  constructor(figure) {
    this.figure = figure;
    this.canvas = figure.querySelector("#timeline-canvas");
    this.said = figure.querySelector("#timeline-said");
    this.notes = document.getElementById("timeline-notes");
    this.panel = document.getElementById("timeline-panel");
    this.form = document.getElementById("timeline-filters");
    this.clock = new ZoneClock(document.body.dataset.zone);
    this.ahead = Date.parse(figure.dataset.now) - Date.now();
    const usual = {
      view: { from: Date.parse(figure.dataset.from), until: Date.parse(figure.dataset.until), top: 0 },
      by: figure.dataset.by,
    };
    this.state = parse(location.search, usual);
    this.scene = null;
    this.selected = -1;
    this.at = null;  // the keyboard's cursor: {lane, at}
    this.painter = new Painter(this.canvas);
    this.hoverBox = new Hover(figure.querySelector("#timeline-hover"));
    this.minimap = new Minimap(document.getElementById("timeline-minimap"), (from, until) => {
      this.look({ ...this.view, ...limited(from, until) });
    });
    this.minimap.view = () => this.view;
  }

  get view() {
    return this.state.view;
  }

  get now() {
    return Date.now() + this.ahead;
  }

  get label() {
    return this.canvas.clientWidth < 560 ? 96 : 172;
  }

  // What is loaded

  async load() {
    const { from, until } = this.wanted();
    const json = await this.fetch({ from: iso(from), until: iso(until), by: this.state.by });
    if (json) this.take(decode(json));
    this.wholeAt = Date.now();
  }

  /** The time to load: so much around the view that moving and zooming seldom asks again. */
  wanted() {
    const { from, until } = this.view, length = until - from;
    const isDense = this.scene?.stretch && this.scene.by === this.state.by;
    const loaded = Math.min(MOST_LOADED, isDense ? length * 1.5 : Math.max(LEAST_LOADED, length * 1.5));
    const middle = (from + until) / 2;
    // By whole hours: the same view asks for the same, and its answer may be known already.
    return { from: Math.floor((middle - loaded / 2) / 3600e3) * 3600e3, until: Math.ceil((middle + loaded / 2) / 3600e3) * 3600e3 };
  }

  async fetch(asked) {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    this.figure.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`/timeline/data?${new URLSearchParams(asked)}`, { signal: asking.signal });
      if (!answer.ok) throw new Error((await answer.text()).trim());
      const now = Number(answer.headers.get("X-Now"));
      if (now) this.ahead = now - Date.now();
      return await answer.json();
    } catch (error) {
      if (error.name !== "AbortError") this.note([`The timeline could not be loaded: ${error.message}`]);
      return null;
    } finally {
      if (this.asking === asking) {
        this.figure.removeAttribute("aria-busy");
        this.asking = null;
      }
    }
  }

  /** Show what was loaded. Lanes, selection and view stay where they are. */
  take(data) {
    const selected = this.selected >= 0 ? this.identity(this.selected) : null;
    const lane = this.at && this.scene ? this.scene.lanes.name[this.at.lane] : null;
    this.data = data;
    this.scene = arrange(data, this.now);
    this.selected = selected ? this.find(selected) : -1;
    const found = lane === null ? -1 : this.scene.lanes.name.indexOf(lane);
    this.at = found < 0 ? null : { lane: found, at: this.at.at };
    this.note(data.notes);
    this.restyle();
    this.refilter();
  }

  /** Fetch what has changed since a while ago, and keep the rest. */
  async follow() {
    if (!this.scene || this.asking || document.hidden) return;
    if (this.scene.stretch || Date.now() - this.wholeAt > WHOLE_EVERY) {
      await this.load();
      return;
    }
    const since = this.openSince(), { from, until } = this.data;
    const json = await this.fetch({ from: iso(from), until: iso(until), by: this.state.by, since: iso(since) });
    if (json && json.stretch_s) await this.load();
    else if (json) this.take(merge(this.data, decode(json), since, this.now));
  }

  openSince() {
    const edge = Math.floor(((this.seenAt ?? this.now) - TAIL) / SECOND) * SECOND;
    this.seenAt = this.now;
    return edge;
  }

  identity(i) {
    const { scene } = this;
    return [scene.kind[i], scene.id[i], scene.due[i], scene.lanes.name[scene.lane[i]], scene.titles[scene.title[i]]].join("|");
  }

  find(identity) {
    for (let i = 0; i < this.scene.size; i++) if (this.identity(i) === identity) return i;
    return -1;
  }

  // What is seen

  restyle() {
    this.theme = readTheme(this.figure, this.scene.states, this.painter.ratio ?? 1);
  }

  refilter() {
    if (!this.scene) return;
    this.filled = filter(this.scene, this.state);
    this.arrangeLanes();
    this.minimap.gather(this.scene, this.theme, this.now);
    this.figure.dataset.empty = this.layout.order.length ? "" : "1";
    this.paint();
  }

  arrangeLanes() {
    this.layout = layOut(this.scene, this.filled, this.canvas.clientHeight - AXIS);
    this.state.view = { ...this.view, top: Math.min(this.view.top, this.lowest) };
  }

  /** How far lanes can be scrolled. */
  get lowest() {
    return Math.max(0, (this.layout?.total ?? 0) - (this.canvas.clientHeight - AXIS));
  }

  /** Look at another part of time or of the lanes. */
  look(view) {
    this.state.view = { ...view, top: Math.min(this.lowest, Math.max(0, view.top)) };
    this.paint();
    this.later("address", ADDRESS_AFTER, () => this.writeAddress());
    this.later("table", TABLE_AFTER, () => this.refreshTable());
    const { from, until } = this.state.view, data = this.data;
    const isBeyond = data && (from < data.from || until > data.until);
    const isNear = data?.stretch && until - from < (data.until - data.from) / 3;
    if (isBeyond || isNear) this.later("load", ADDRESS_AFTER, () => this.load());
  }

  paint() {
    if (this.painting) return;
    this.painting = requestAnimationFrame((started) => {
      this.painting = 0;
      this.frame(started);
    });
  }

  frame() {
    if (!this.scene || !this.layout) return;
    const box = this.canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    if (this.painter.width !== box.width || this.painter.height !== box.height || this.painter.ratio !== ratio) {
      this.painter.resize(box.width, box.height);
      this.restyle();
      this.arrangeLanes();
    }
    const { view } = this, now = this.now, started = performance.now();
    const place = { view, now, label: this.label, selected: this.selected, cursor: this.at };
    const drawn = this.painter.draw(this.scene, this.layout, place, this.theme, this.clock);
    this.minimap.draw(view, this.theme, now);
    // What tests and the curious read.
    Object.assign(this.canvas.dataset, {
      from: iso(view.from), until: iso(view.until), fromMs: String(view.from), untilMs: String(view.until), label: String(this.label),
      drawn: String(drawn), tasks: String(this.scene.size), lanes: String(this.layout.order.length),
      frameMs: (performance.now() - started).toFixed(1),
      layout: this.laneBoxes(),
      selected: this.selected < 0 ? "" : String(this.scene.id[this.selected]),
    });
  }

  /** Where the first lanes are, as JSON: [[label, top, height]], from the canvas's top. */
  laneBoxes() {
    const { order, y, height } = this.layout, { label } = this.scene.lanes;
    return JSON.stringify(order.slice(0, 20).map((l) => [label[l], AXIS + y[l] - this.view.top, height[l]]));
  }

  writeAddress() {
    history.replaceState(history.state, "", `/timeline?${format(this.state)}`);
  }

  note(notes) {
    this.notes.replaceChildren(...notes.map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }));
  }

  refreshTable() {
    htmx.ajax("GET", `/timeline?${format(this.state)}&block=table`, { target: "#timeline-table", swap: "outerHTML" });
  }

  later(name, ms, act) {
    this.timers ??= {};
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(act, ms);
  }

  // What a person points at

  /** The lane, line and instant at a place of the canvas; null outside of the lanes. */
  place(x, y) {
    if (!this.scene || y <= AXIS) return null;
    const down = y - AXIS + this.view.top, { layout } = this;
    const lane = layout.order.find((l) => down >= layout.y[l] && down < layout.y[l] + layout.height[l]);
    if (lane === undefined) return null;
    const line = Math.floor((down - layout.y[lane] - 4) / ((layout.height[lane] - 8) / this.scene.depth[lane]));
    return { lane, line, at: this.instant(x) };
  }

  instant(x) {
    const { from, until } = this.view;
    return from + ((x - this.label) / (this.canvas.clientWidth - this.label)) * (until - from);
  }

  under(place) {
    const slack = (SLACK_PX / (this.canvas.clientWidth - this.label)) * (this.view.until - this.view.from);
    const line = Math.min(this.scene.depth[place.lane] - 1, Math.max(0, place.line));
    return rowAt(this.scene, place.lane, line, place.at, slack, this.now, this.theme.worse);
  }

  hover(x, y) {
    const place = x > this.label ? this.place(x, y) : null;
    if (!place) {
      this.leave();
      return;
    }
    const { row, count } = this.under(place);
    this.canvas.style.cursor = row < 0 ? "help" : "pointer";
    if (row < 0) {
      const said = gapWords(this.scene, place.lane, place.at, this.clock, this.now);
      const when = this.clock.when(Math.round(place.at / SECOND) * SECOND, this.now);
      this.hoverBox.show(x, y, `${this.scene.lanes.label[place.lane]} at ${when}`, "", said, "Click: why?");
      return;
    }
    const { title, state, facts } = rowWords(this.scene, row, this.clock, this.now);
    const more = count > this.scene.tasks[row] ? `and ${count - this.scene.tasks[row]} more here; zoom in` : "Click: why?";
    this.hoverBox.show(x, y, title, state, facts, more);
  }

  leave() {
    this.hoverBox.hide();
  }

  choose(x, y) {
    const place = this.place(x, y);
    if (!place || x <= this.label) return;
    const { row } = this.under(place);
    this.leave();
    this.at = { lane: place.lane, at: place.at };
    this.select(row);
    this.why(place.lane, place.at, row);
  }

  select(row) {
    this.selected = row;
    this.paint();
    if (row < 0) return;
    const { title, state, facts } = rowWords(this.scene, row, this.clock, this.now);
    this.said.textContent = [title, state, ...facts].join(", ");
  }

  /** Open the panel with the words of `runner why`. */
  why(lane, at, row) {
    const asked = new URLSearchParams({ by: this.state.by, lane: this.scene.lanes.name[lane], at: iso(at) });
    if (row >= 0) {
      const kind = this.scene.kind[row];
      if (kind === TASK) asked.set("task", String(this.scene.id[row]));
      else asked.set("at", iso(this.scene.due[row]));
      if (kind !== TASK && this.scene.entry[row] >= 0) asked.set("entry", this.scene.entries[this.scene.entry[row]]);
    }
    this.panel.hidden = false;
    const body = document.getElementById("timeline-panel-body");
    body.replaceChildren();  // no answer to another question, while this one is on its way
    htmx.ajax("GET", `/timeline/why?${asked}`, { source: body, target: body, swap: "innerHTML" });
  }

  home() {
    this.look({ ...around(this.now, this.view.until - this.view.from), top: this.view.top });
  }

  close() {
    if (this.panel.hidden) {
      this.selected = -1;
      this.at = null;
      this.paint();
      return;
    }
    this.panel.hidden = true;
    this.canvas.focus();
  }

  begin() {
    connect(this);
    listen(this.canvas, this);
    new ResizeObserver(() => this.paint()).observe(this.canvas);
    const restyled = () => {
      if (!this.scene) return;
      this.restyle();
      this.paint();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyled);
    new MutationObserver(restyled).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    document.body.addEventListener("changed:timeline", () => this.live());
    document.body.addEventListener("changed:campaigns", () => { this.wholeAt = 0; this.live(); });
    // The now-line moves, and with it the ends of what goes on.
    setInterval(() => { if (!document.hidden) this.paint(); }, SECOND);
    this.load();
  }

  /** At most one request in a while, however much changes. */
  live() {
    if (this.waiting) return;
    const wait = Math.max(0, LIVE_EVERY - (Date.now() - (this.followedAt ?? 0)));
    this.waiting = setTimeout(async () => {
      this.waiting = 0;
      this.followedAt = Date.now();
      await this.follow();
    }, wait);
  }
}

/** A part of time that a person has drawn, no shorter and no longer than a view may be. */
function limited(from, until) {
  const length = Math.min(MOST, Math.max(60e3, until - from)), middle = (from + until) / 2;
  return { from: middle - length / 2, until: middle + length / 2 };
}

const figure = document.getElementById("timeline-figure");
if (figure) new Page(figure).begin();
