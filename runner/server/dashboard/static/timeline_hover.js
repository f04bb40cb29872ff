// What is under the pointer, in words that are known at once: a task, or a gap and what lay over it.

import { bandsAt, OCCURRENCE, PLANNED, TOTAL } from "./timeline_data.js";

const HOVER_GAP = 14;

/** A length of time: `850 ms`, `38 s`, `3 min 20 s`, `2 h 5 min`. */
export function lasting(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = Math.round(ms / 1000), parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => s >= size);
  const [size, unit] = parts[first], rest = parts[first + 1];
  const more = rest ? Math.floor((s % size) / rest[0]) : 0;
  return `${Math.floor(s / size)} ${unit}${more ? ` ${more} ${rest[1]}` : ""}`;
}

/** The lines that tell of a row: [title, state, ...facts]. */
export function rowWords(scene, i, clock, now) {
  const kind = scene.kind[i], state = scene.states[scene.state[i]], lane = scene.lanes.label[scene.lane[i]];
  const entry = scene.entry[i] < 0 ? "" : scene.entries[scene.entry[i]];
  const at = (ms) => clock.when(ms, now);
  const facts = [];
  if (kind === TOTAL) {
    return { title: `${scene.tasks[i]} tasks`, state, facts: [`${at(scene.start[i])} – ${at(scene.end[i])}`, lane] };
  }
  const isOpen = scene.end[i] === Infinity, reason = scene.reasons[scene.reason[i]];
  if (kind === OCCURRENCE) facts.push(at(scene.start[i]));
  else if (kind === PLANNED || (state === "pending" && scene.due[i] > now)) {
    facts.push(`due ${at(scene.due[i])}${scene.start[i] - scene.due[i] > 1000 ? `, its turn expected ${at(scene.start[i])}` : ""}`);
  } else if (state === "pending") {
    facts.push(`waits since ${at(scene.due[i])}${isOpen ? "" : `, looked at again ${at(scene.end[i])}`}`);
  } else if (scene.end[i] === scene.start[i]) facts.push(`was due ${at(scene.due[i])}`);
  else {
    const end = isOpen ? "now" : at(scene.end[i]);
    facts.push(`${at(scene.start[i])} – ${end} (${lasting((isOpen ? now : scene.end[i]) - scene.start[i])})`);
    if (scene.start[i] - scene.due[i] >= 1000) facts.push(`due ${at(scene.due[i])}`);
  }
  facts.push(entry && !lane.includes(entry) ? `${entry} on ${lane}` : lane);
  if (reason) facts.push(reason);
  return { title: scene.titles[scene.title[i]], state, facts };
}

/** The lines that tell of a gap: what lay over it, each with its times. */
export function gapWords(scene, lane, at, clock, now) {
  const said = bandsAt(scene, lane, at).map((band) => {
    const from = band.from > 0 ? `${clock.when(band.from, now)} – ` : "until ";
    const until = band.until === Infinity ? "now" : clock.when(band.until, now);
    return `${from}${until}: ${band.reason}`;
  });
  return said.length ? said : [at > now ? "Nothing is planned at this time." : "Nothing was due at this time."];
}

/** The box beside the pointer. Its text is set as text, never as markup. */
export class Hover {
  constructor(box) {
    this.box = box;
  }

  show(x, y, title, state, facts, more) {
    const line = (name, text, kind) => {
      const made = document.createElement(name);
      made.textContent = text;
      if (kind) made.className = kind;
      return made;
    };
    const lines = [line("strong", title)];
    if (state) lines.push(line("span", state, `state state-${state}`));
    lines.push(...facts.map((fact) => line("span", fact)), line("span", more, "hint"));
    this.box.replaceChildren(...lines);
    this.box.hidden = false;
    const room = this.box.parentElement.getBoundingClientRect(), { offsetWidth, offsetHeight } = this.box;
    const left = x + HOVER_GAP + offsetWidth > room.width ? Math.max(0, x - HOVER_GAP - offsetWidth) : x + HOVER_GAP;
    const top = y + HOVER_GAP + offsetHeight > room.height ? Math.max(0, y - HOVER_GAP - offsetHeight) : y + HOVER_GAP;
    this.box.style.transform = `translate(${left}px, ${top}px)`;
  }

  hide() {
    this.box.hidden = true;
  }
}
