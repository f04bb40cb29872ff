// Which part of time and of the lanes is seen: plain values and pure functions, and the address that holds them.

export const LEAST = 60e3;
export const MOST = 62 * 86400e3;

/** @typedef {{from: number, until: number, top: number}} View  from and until in milliseconds, top in pixels */

/** The view after zooming by a factor (below 1: nearer) so that the instant at a fraction of its width stays there. */
export function zoomed(view, factor, fraction) {
  const length = view.until - view.from;
  const next = Math.min(MOST, Math.max(LEAST, length * factor));
  const at = view.from + length * fraction;
  return { ...view, from: at - next * fraction, until: at + next * (1 - fraction) };
}

/** The view moved by a part of its width, and by pixels of lanes. */
export function moved(view, parts, pixels = 0) {
  const by = (view.until - view.from) * parts;
  return { ...view, from: view.from + by, until: view.until + by, top: view.top + pixels };
}

export function around(at, length, top = 0) {
  return { from: at - length / 2, until: at + length / 2, top };
}

/** An address's question as a state; what it does not say is as in `usual`. */
export function parse(search, usual) {
  const asked = new URLSearchParams(search);
  const from = Date.parse(asked.get("from") ?? ""), until = Date.parse(asked.get("until") ?? "");
  const isTime = Number.isFinite(from) && Number.isFinite(until) && until > from;
  const length = Math.min(MOST, Math.max(LEAST, until - from));
  const by = asked.get("by") ?? "";
  return {
    view: isTime ? { from, until: from + length, top: Number(asked.get("top")) || 0 } : usual.view,
    by: ["phone", "account", "campaign"].includes(by) ? by : usual.by,
    states: new Set((asked.get("state") ?? "").split(",").filter(Boolean)),
    campaign: asked.get("campaign") ?? "",
    text: asked.get("q") ?? "",
    isTable: asked.get("table") === "1",
  };
}

/** The question of an address that leads to a state. */
export function format(state) {
  const asked = new URLSearchParams();
  asked.set("from", iso(state.view.from));
  asked.set("until", iso(state.view.until));
  asked.set("by", state.by);
  if (state.view.top > 0) asked.set("top", String(Math.round(state.view.top)));
  if (state.states.size) asked.set("state", [...state.states].sort().join(","));
  if (state.campaign) asked.set("campaign", state.campaign);
  if (state.text) asked.set("q", state.text);
  if (state.isTable) asked.set("table", "1");
  return asked.toString();
}

/** An instant to the second: `2026-11-21T08:00:00Z`. */
export function iso(ms) {
  return new Date(Math.round(ms / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
