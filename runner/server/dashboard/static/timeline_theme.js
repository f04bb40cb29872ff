// How states and bands look: a colour from the stylesheet, and beside it a shape that needs no colour.

/** By state: the part of a line's height (top, bottom) that a bar takes, so that states differ however thin they are;
 * `pattern` lies over wide bars; `outline` leaves the inside open; `worse` decides which of several in one pixel is
 * seen. */
const SHAPES = {
  planned: { top: 0.2, bottom: 0.8, outline: true, worse: 1 },
  pending: { top: 0.3, bottom: 0.7, pattern: "dots", worse: 5 },
  running: { top: 0, bottom: 1, pattern: "chevrons", worse: 6 },
  completed: { top: 0.15, bottom: 0.85, worse: 2 },
  failed: { top: 0, bottom: 1, pattern: "rising", worse: 9 },
  missed: { top: 0.55, bottom: 1, pattern: "cross", worse: 8 },
  skipped: { top: 0.7, bottom: 1, pattern: "lines", worse: 4 },
  cancelled: { top: 0, bottom: 0.35, pattern: "falling", worse: 3 },
  uncertain: { top: 0, bottom: 1, pattern: "checks", worse: 10 },
  merged: { top: 0.75, bottom: 1, outline: true, worse: 1 },
};

export const BAND_KINDS = ["closed", "spread", "before", "down", "pause", "hold"];

/** Everything that drawing needs, read once from the stylesheet: styles by number of the state. */
export function readTheme(element, states, ratio) {
  const style = getComputedStyle(element);
  const colour = (name) => style.getPropertyValue(`--timeline-${name}`).trim() || "#888";
  const shapes = states.map((state) => SHAPES[state] ?? SHAPES.planned);
  const colours = states.map((state) => colour(state));
  const ink = colour("ink"), ground = colour("ground");
  return {
    ink,
    ground,
    muted: colour("muted"),
    grid: colour("grid"),
    strong: colour("grid-strong"),
    night: colour("night"),
    now: colour("now"),
    focus: colour("focus"),
    raised: colour("raised"),
    colours,
    tops: Float64Array.from(shapes, (it) => it.top),
    bottoms: Float64Array.from(shapes, (it) => it.bottom),
    worse: Uint8Array.from(shapes, (it) => it.worse),
    order: shapes.map((_, s) => s).sort((a, b) => shapes[a].worse - shapes[b].worse),
    outlines: shapes.map((it) => Boolean(it.outline)),
    patterns: shapes.map((it) => it.pattern && pattern(it.pattern, ground, ratio)),
    bands: Object.fromEntries(BAND_KINDS.map((kind) => [kind, colour(kind)])),
    bandPatterns: {
      down: pattern("rising", colour("down-line"), ratio, 10),
      pause: pattern("bars", colour("pause-line"), ratio, 10),
      hold: pattern("falling", colour("hold-line"), ratio, 10),
    },
    font: style.getPropertyValue("font-family") || "sans-serif",
  };
}

const PAINTERS = {
  rising: (it, n) => [-n, 0, n].forEach((x) => { it.moveTo(x, n); it.lineTo(x + n, 0); }),
  falling: (it, n) => [-n, 0, n].forEach((x) => { it.moveTo(x, 0); it.lineTo(x + n, n); }),
  cross: (it, n) => { it.moveTo(0, 0); it.lineTo(n, n); it.moveTo(0, n); it.lineTo(n, 0); },
  lines: (it, n) => { it.moveTo(0, n / 2); it.lineTo(n, n / 2); },
  bars: (it, n) => { it.moveTo(n / 2, 0); it.lineTo(n / 2, n); },
  chevrons: (it, n) => { it.moveTo(0, 0); it.lineTo(n / 2, n / 2); it.lineTo(0, n); },
  dots: (it, n) => { it.rect(n / 3, n / 3, n / 4, n / 4); },
  checks: (it, n) => { it.rect(0, 0, n / 2, n / 2); it.rect(n / 2, n / 2, n / 2, n / 2); },
};

function pattern(name, colour, ratio, size = 6) {
  const n = Math.round(size * ratio), tile = document.createElement("canvas");
  tile.width = tile.height = n;
  const it = tile.getContext("2d");
  it.strokeStyle = it.fillStyle = colour;
  it.lineWidth = Math.max(1, 1.2 * ratio);
  it.globalAlpha = name === "checks" ? 0.6 : 0.75;
  it.beginPath();
  PAINTERS[name](it, n);
  if (name === "checks" || name === "dots") it.fill();
  else it.stroke();
  const made = it.createPattern(tile, "repeat");
  made.setTransform(new DOMMatrix().scale(1 / ratio));  // a pattern's pixels are those of the screen
  return made;
}
