// What a timeline shows, as typed arrays: rows by lane and start, so that a frame finds those it needs by bisection.

export const TASK = 0, PLANNED = 1, OCCURRENCE = 2, TOTAL = 3;
export const MOST_ROWS = 4;

const COLUMNS = ["kind", "lane", "state", "start", "end", "due", "id", "entry", "title", "reason", "tasks"];

/** Decode the columns that the server sends (reports/timeline_json.py) into absolute milliseconds. `end` is Infinity
 * for what goes on. */
export function decode(json) {
  const from = json.from, rows = json.rows, size = rows.kind.length;
  const found = { size };
  for (const name of COLUMNS) found[name] = new Float64Array(size);
  let start = from;
  for (let i = 0; i < size; i++) {
    start += rows.start[i];
    found.start[i] = start;
    found.end[i] = rows.end[i] < 0 ? Infinity : start + rows.end[i];
    found.due[i] = start - rows.due[i];
    found.kind[i] = rows.kind[i];
    found.lane[i] = rows.lane[i];
    found.state[i] = rows.state[i];
    found.id[i] = rows.id[i];
    found.entry[i] = rows.entry[i];
    found.title[i] = rows.title[i];
    found.reason[i] = rows.reason[i];
    found.tasks[i] = rows.tasks ? rows.tasks[i] : 1;
  }
  return {
    by: json.by,
    from,
    until: json.until,
    stretch: json.stretch_s ? json.stretch_s * 1000 : 0,
    states: json.states,
    lanes: json.lanes,
    entries: json.entries,
    titles: json.titles,
    reasons: json.reasons,
    notes: json.notes,
    bands: decodeBands(json.bands, from),
    rows: found,
  };
}

function decodeBands(bands, from) {
  return bands.kind.map((kind, i) => ({
    kind,
    from: from + bands.from[i],
    until: bands.until[i] === null ? Infinity : from + bands.until[i],
    lanes: bands.lanes[i] < 0 ? null : new Set(bands.sets[bands.lanes[i]]),
    reason: bands.reasons[bands.reason[i]],
  }));
}

/** What `old` and a newer tail show together: the tail has everything that was not over at `since`, so of the old rows
 * only those remain that were over before it, and the plan that still lies ahead of `now`. */
export function merge(old, tail, since, now) {
  const fresh = new Set();
  for (let i = 0; i < tail.rows.size; i++) if (tail.rows.kind[i] === TASK) fresh.add(tail.rows.id[i]);
  const kept = [];
  for (let i = 0; i < old.rows.size; i++) {
    const kind = old.rows.kind[i];
    const stays = kind === PLANNED
      ? old.rows.due[i] > now
      : kind === TASK && old.rows.end[i] < since && !fresh.has(old.rows.id[i]);
    if (stays) kept.push(i);
  }
  const lanes = { name: [...tail.lanes.name], label: [...tail.lanes.label], detail: [...tail.lanes.detail],
    group: [...tail.lanes.group] };
  const lane = numbering(lanes.name, old.lanes.name, (from) => {
    for (const key of ["label", "detail", "group"]) lanes[key].push(old.lanes[key][from]);
  });
  const entries = [...tail.entries], titles = [...tail.titles], reasons = [...tail.reasons];
  const entry = numbering(entries, old.entries), title = numbering(titles, old.titles);
  const reason = numbering(reasons, old.reasons);
  const size = kept.length + tail.rows.size, rows = { size };
  for (const name of COLUMNS) {
    rows[name] = new Float64Array(size);
    rows[name].set(tail.rows[name], kept.length);
    const from = old.rows[name], numbers = { lane, entry, title, reason }[name];
    for (let k = 0; k < kept.length; k++) {
      const value = from[kept[k]];
      rows[name][k] = numbers && value >= 0 ? numbers[value] : value;
    }
  }
  // Occurrences, down-times, pauses and holds come whole with each tail; spread windows ahead belong to the plan.
  const ahead = old.bands.filter((band) => band.kind === "spread" && band.from > now);
  for (const band of ahead) {
    if (band.lanes) band.lanes = new Set([...band.lanes].map((it) => lane[it]));
  }
  return { ...tail, from: old.from, until: old.until, lanes, entries, titles, reasons, rows,
    bands: [...tail.bands, ...ahead], notes: old.notes };
}

/** The numbers that the words of `old` have among `words`, which gets those that it does not have. */
function numbering(words, old, added = () => {}) {
  const known = new Map(words.map((word, i) => [word, i]));
  return old.map((word, i) => {
    if (!known.has(word)) {
      known.set(word, words.length);
      words.push(word);
      added(i);
    }
    return known.get(word);
  });
}

/** Rows in the order of lanes and starts; `laneFrom[l]` to `laneFrom[l + 1]` are those of lane l, `reach[i]` is the
 * latest end among those of its lane until i, `row[i]` the line of its lane on which it is drawn, `depth[l]` how many
 * lines its lane has. */
export function arrange(data, now) {
  const { rows } = data, size = rows.size, lanes = data.lanes.name.length;
  const order = new Uint32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  order.sort((a, b) => rows.lane[a] - rows.lane[b] || rows.start[a] - rows.start[b] || a - b);
  const scene = { ...data, size, laneFrom: new Uint32Array(lanes + 1), reach: new Float64Array(size),
    row: new Uint8Array(size), depth: new Uint8Array(lanes).fill(1), shown: new Uint8Array(size).fill(1) };
  for (const name of COLUMNS) {
    const from = rows[name];
    const sorted = name === "start" || name === "end" || name === "due" || name === "id"
      ? new Float64Array(size) : new Int32Array(size);
    for (let i = 0; i < size; i++) sorted[i] = from[order[i]];
    scene[name] = sorted;
  }
  delete scene.rows;
  for (let i = 0; i < size; i++) scene.laneFrom[scene.lane[i] + 1]++;
  for (let l = 0; l < lanes; l++) scene.laneFrom[l + 1] += scene.laneFrom[l];
  for (let l = 0; l < lanes; l++) stack(scene, l, now);
  return scene;
}

/** Give each row of a lane a line on which nothing else is at its time, as far as there are lines. */
function stack(scene, lane, now) {
  const free = new Float64Array(MOST_ROWS).fill(-Infinity);
  let reach = -Infinity;
  for (let i = scene.laneFrom[lane]; i < scene.laneFrom[lane + 1]; i++) {
    const end = scene.end[i] === Infinity ? Math.max(now, scene.start[i]) : scene.end[i];
    reach = Math.max(reach, scene.end[i]);
    scene.reach[i] = reach;
    let line = 0;
    while (line < MOST_ROWS && free[line] > scene.start[i]) line++;
    if (line === MOST_ROWS) line = i % MOST_ROWS;
    free[line] = Math.max(free[line], end, scene.start[i] + 1000);
    scene.row[i] = line;
    if (line + 1 > scene.depth[lane]) scene.depth[lane] = line + 1;
  }
}

/** Mark the rows that a filter lets through; returns for each lane whether it has one. */
export function filter(scene, { states, campaign, text }) {
  const wanted = new Uint8Array(scene.states.length);
  scene.states.forEach((state, i) => { wanted[i] = states.size === 0 || states.has(state) ? 1 : 0; });
  const needle = text.trim().toLowerCase();
  const has = (words) => words.map((word) => !needle || word.toLowerCase().includes(needle));
  const title = has(scene.titles), entryText = has(scene.entries);
  const laneText = scene.lanes.label.map((label, l) =>
    !needle || `${label} ${scene.lanes.detail[l]} ${scene.lanes.group[l]}`.toLowerCase().includes(needle));
  const entry = scene.entries.map((name) => !campaign || name.slice(0, name.lastIndexOf("/")) === campaign);
  const filled = new Uint8Array(scene.lanes.name.length);
  for (let i = 0; i < scene.size; i++) {
    const e = scene.entry[i];
    const shown = wanted[scene.state[i]]
      && (e < 0 || entry[e])
      && (!needle || laneText[scene.lane[i]] || (e >= 0 && entryText[e]) || (scene.title[i] >= 0 && title[scene.title[i]]));
    scene.shown[i] = shown ? 1 : 0;
    if (shown) filled[scene.lane[i]] = 1;
  }
  const isOpen = states.size === 0 && !campaign && !needle;
  return isOpen ? filled.fill(1) : filled;
}

/** The first row of a lane that may still go on at an instant. */
export function firstAt(scene, lane, from) {
  let low = scene.laneFrom[lane], high = scene.laneFrom[lane + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scene.reach[middle] < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row of a lane that is nearest to an instant, within `slack` milliseconds; of several there the worst one. -1 if
 * there is none. `line` is the line of the lane, -1 for any. */
export function rowAt(scene, lane, line, at, slack, now, worse) {
  let best = -1, count = 0;
  for (let i = firstAt(scene, lane, at - slack); i < scene.laneFrom[lane + 1]; i++) {
    if (scene.start[i] > at + slack) break;
    if (!scene.shown[i] || (line >= 0 && scene.row[i] !== line)) continue;
    const end = scene.end[i] === Infinity ? Math.max(now, scene.start[i]) : scene.end[i];
    if (end < at - slack) continue;
    count += scene.tasks[i];
    if (best < 0 || worse[scene.state[i]] > worse[scene.state[best]]) best = i;
  }
  return { row: best, count };
}

/** The bands that cover an instant of a lane. */
export function bandsAt(scene, lane, at) {
  return scene.bands.filter((band) =>
    band.from <= at && at < band.until && (band.lanes === null || band.lanes.has(lane)));
}
