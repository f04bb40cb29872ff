// Clocks of a zone: what they show, where their days begin, and the lines of a grid. Days with 23 and 25 hours are right.

const MINUTE = 60e3, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY,
  2 * DAY, 7 * DAY, 14 * DAY];
const QUARTER = 15 * MINUTE;

/** The clocks of an IANA zone. */
export class ZoneClock {
  constructor(zone) {
    this.zone = zone;
    const of = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    this.parts = of({ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
    this.minuteText = of({ hour: "2-digit", minute: "2-digit" });
    this.secondText = of({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this.dayText = of({ weekday: "short", day: "numeric", month: "short" });
    this.offsets = new Map();
    this.texts = new Map();
  }

  /** By how many milliseconds the clocks are ahead of UTC at an instant; no zone changes within a quarter of an hour. */
  offset(ms) {
    const quarter = Math.floor(ms / QUARTER);
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      const at = quarter * QUARTER, part = {};
      for (const { type, value } of this.parts.formatToParts(at)) part[type] = Number(value);
      offset = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - at;
      if (this.offsets.size > 20000) this.offsets.clear();
      this.offsets.set(quarter, offset);
    }
    return offset;
  }

  /** The first instant at which the clocks show a wall time (milliseconds as if it were UTC), or have jumped over it. */
  instant(wall) {
    const early = wall - this.offset(wall - DAY), late = wall - this.offset(wall + DAY);
    const first = Math.min(early, late), second = Math.max(early, late);
    if (first + this.offset(first) === wall) return first;
    if (second + this.offset(second) === wall) return second;
    let at = first;  // jumped over: the first quarter of an hour after the jump
    while (at + this.offset(at) < wall) at += QUARTER;
    return Math.floor(at / QUARTER) * QUARTER;
  }

  /** The beginning of the day, in the zone, that holds an instant; of the day so many days later. */
  day(ms, later = 0) {
    const wall = ms + this.offset(ms);
    return this.instant((Math.floor(wall / DAY) + later) * DAY);
  }

  /** `09:00`, `09:00:02`, or `Sat 21 Nov`, cached. */
  text(ms, form = "minute") {
    const key = `${form}${ms}`;
    let text = this.texts.get(key);
    if (text === undefined) {
      const format = { minute: this.minuteText, second: this.secondText, day: this.dayText }[form];
      text = format.format(ms).replace(",", "");
      if (this.texts.size > 5000) this.texts.clear();
      this.texts.set(key, text);
    }
    return text;
  }

  /** An instant with its day, if that is not the day of `now`. */
  when(ms, now) {
    const form = Math.round(ms / 1000) % 60 ? "second" : "minute";
    const time = this.text(ms, form);
    return this.day(ms) === this.day(now) ? time : `${this.text(ms, "day")} ${time}`;
  }
}

/** The distance of the lines of a grid, so that there is room for a label at each. */
export function step(length, width, room) {
  return STEPS.find((one) => (one / length) * width >= room) ?? 28 * DAY;
}

/** The instants of the lines in [from, until), at round times of the clocks. */
export function lines(clock, from, until, distance) {
  const found = [];
  if (distance <= HOUR) {
    // Elapsed time, from a round time on: an hour that clocks jump over has no line, one that they repeat has two.
    const offset = clock.offset(from);
    for (let at = Math.ceil((from + offset) / distance) * distance - offset; at < until; at += distance) found.push(at);
    return found;
  }
  const first = Math.floor((from + clock.offset(from)) / distance) - 1;
  for (let number = first; ; number++) {
    const at = clock.instant(number * distance);
    if (at >= until) return found;
    if (at >= from && at !== found.at(-1)) found.push(at);
  }
}

/** The nights (22:00 to 06:00) that touch [from, until), as pairs of instants. */
export function nights(clock, from, until) {
  const found = [];
  for (let day = clock.day(from, -1); day < until; day = clock.day(day + 30 * HOUR)) {
    const wall = day + clock.offset(day);
    const base = Math.floor(wall / DAY) * DAY;
    const dusk = clock.instant(base + 22 * HOUR), dawn = clock.instant(base + 30 * HOUR);
    if (dawn > from && dusk < until) found.push([dusk, dawn]);
  }
  return found;
}
