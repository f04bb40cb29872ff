// The live screen of a phone: pictures while somebody watches, and what a person does on it while he has it in his hands.
// Nothing is sent to the phone that was not done here by hand. Typed text is kept nowhere.

import { act } from "./frame.js";

const PAUSE_MS = 350;
const AGAIN_MS = 2500; // after an answer without a picture
const MOVED = 12; // pixels: what is less is no swipe
const HELD_MS = 600;
const STEP = 0.02; // of the screen, for the ring that the arrows move

const place = document.getElementById("live-screen");
const address = place?.dataset.address;
const actions = place?.dataset.actions;
const mayWrite = place?.dataset.mayWrite === "yes";
const element = (id) => document.getElementById(id);

/** What the page knows; `loan` is the secret of the loan, `wanted` that of one that is asked for, `lost` why it has
    ended, `at` where the ring is, in parts of the screen. */
const state = { watching: false, loan: null, wanted: null, lost: "", tag: null, timer: null, asking: null, at: { x: 0.5, y: 0.5 }, url: null };

const says = (words, kind = "") => {
  const line = element("screen-says");
  if (line.textContent !== words) line.textContent = words;
  line.classList.toggle("wrong", kind === "failed");
};

const isOnHold = () => element("status")?.dataset.held === "yes";

// Pictures

const schedule = (ms) => {
  clearTimeout(state.timer);
  if (state.watching && !document.hidden) state.timer = setTimeout(look, ms);
};

const SHOWN = {
  screen: "",
  off: "The screen of the phone is off.",
  protected: "The picture is black: the app protects its screen, so it can be seen only on the phone itself.",
};

const show = async (answer) => {
  const picture = await answer.blob();
  const before = state.url;
  state.url = URL.createObjectURL(picture);
  const image = element("screen");
  image.src = state.url;
  await image.decode().catch(() => {});
  if (before) URL.revokeObjectURL(before);
  image.hidden = false;
  place.dataset.shown = "yes";
  state.tag = answer.headers.get("etag");
};

const heard = async (answer) => {
  if (answer.status === 401) return location.reload();
  const kind = answer.headers.get("content-type") ?? "";
  followLoan(answer.headers.get("x-lent"));
  if (answer.ok && kind.startsWith("application/json")) {
    const told = await answer.json();
    state.tag = null;
    says(told.shows === "task" ? `${told.says}. The picture comes back when it has ended.` : told.says, told.shows === "task" ? "" : "failed");
    place.dataset.shown = told.shows === "task" ? "old" : "no";
    return schedule(AGAIN_MS);
  }
  if (answer.status !== 304 && !answer.ok) {
    says(`The server answered ${answer.status}.`, "failed");
    return schedule(AGAIN_MS);
  }
  if (answer.ok) await show(answer);
  says(SHOWN[answer.headers.get("x-shown")] || (state.loan ? "It is in your hands." : state.lost || "Live."));
  schedule(PAUSE_MS);
};

const look = async () => {
  clearTimeout(state.timer);
  if (!state.watching || state.asking) return;
  const headers = { ...(state.tag && { "If-None-Match": state.tag }), ...(state.loan && { "X-Loan": state.loan }) };
  state.asking = new AbortController();
  try {
    await heard(await fetch(`${address}/screen`, { headers, cache: "no-store", signal: state.asking.signal }));
  } catch (error) {
    if (error.name !== "AbortError") says("The server cannot be reached.", "failed");
    schedule(AGAIN_MS);
  } finally {
    state.asking = null;
  }
};

const watch = (on) => {
  state.watching = on;
  state.lost = "";
  const button = element("watch");
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? "Stop watching" : "Watch";
  if (on) return look();
  clearTimeout(state.timer);
  state.asking?.abort();
  if (place.dataset.shown === "yes") place.dataset.shown = "old";
  says("Nobody watches from this page.");
};

// The loan

const followHold = () => {
  if (!mayWrite) return;
  const has = state.loan !== null;
  element("borrow").hidden = has || !isOnHold();
  element("give-back").hidden = !has;
  element("touch-hint").hidden = has || isOnHold();
  element("hands").hidden = !has;
  const screen = element("screen-place");
  screen.classList.toggle("in-hand", has);
  if (has) {
    screen.tabIndex = 0;
    screen.setAttribute("role", "application");
    screen.setAttribute("aria-label", "The phone's screen. Arrows move the ring, Enter taps, Shift and Enter hold.");
    screen.dataset.takesKeys = "";
  } else {
    for (const name of ["tabindex", "role", "aria-label", "data-takes-keys"]) screen.removeAttribute(name);
  }
  element("pointer").hidden = !has;
};

/** The server says whose hands the phone is in: "own", "other", "none". */
const followLoan = (whose) => {
  if (!state.loan || whose === "own" || !whose) return;
  state.loan = null;
  followHold();
  state.lost = whose === "other" ? "Somebody else has it in his hands now." : "It was given back: it had rested, or was released.";
  says(state.lost);
};

const borrow = async () => {
  // Thought of here, so that a page that is left before the answer has come can give back what it asked for.
  state.wanted = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const answer = await act(`${actions}/borrow`, { loan: state.wanted });
    state.loan = (await answer.json()).loan;
    state.lost = "";
    followHold();
    element("screen-place").focus({ preventScroll: true });
    if (!state.watching) watch(true);
    says("It is in your hands. It is given back when you have done nothing for a minute, or leave this page.");
  } catch (error) {
    says(error.message, "failed");
  } finally {
    state.wanted = null;
  }
};

const giveBack = async () => {
  const loan = state.loan;
  state.loan = null;
  followHold();
  if (loan) await act(`${actions}/return`, { loan }).catch(() => {});
};

/** Also when the page is left: the request outlives it. */
const leave = () => {
  state.asking?.abort();
  const loan = state.loan ?? state.wanted;
  if (!loan) return;
  const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
  const body = new URLSearchParams({ loan });
  fetch(`${actions}/return`, { method: "POST", keepalive: true, headers: { "X-CSRF-Token": csrf, "HX-Request": "true" }, body });
  state.loan = state.wanted = null;
};

// Hands

let sending = Promise.resolve();

/** Inputs go one after the other, in the order in which they were made. */
const send = (fields) => {
  sending = sending.then(async () => {
    if (!state.loan) return;
    try {
      await act(`${actions}/input`, { ...fields, loan: state.loan });
      schedule(60);
    } catch (error) {
      says(error.message, "failed");
      schedule(AGAIN_MS);
    }
  });
  return sending;
};

const part = (value) => Math.min(1, Math.max(0, value)).toFixed(5);

/** Where on the screen an event is, in parts of it. */
const spot = (event) => {
  const box = element("screen").getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
};

const ring = ({ x, y }) => {
  state.at = { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
  put(element("pointer"), state.at);
};

const put = (mark, { x, y }) => {
  mark.style.left = `${x * 100}%`;
  mark.style.top = `${y * 100}%`;
};

const flash = (at) => {
  const mark = element("touched");
  put(mark, at);
  mark.hidden = true;
  void mark.offsetWidth; // begins the animation anew
  mark.hidden = false;
};

const tap = (at) => {
  flash(at);
  return send({ kind: "tap", x: part(at.x), y: part(at.y) });
};

const hold = (at) => {
  flash(at);
  return send({ kind: "long_press", x: part(at.x), y: part(at.y) });
};

const swipe = (from, to, seconds) => {
  flash(to);
  const fields = { x: part(from.x), y: part(from.y), to_x: part(to.x), to_y: part(to.y) };
  return send({ kind: "swipe", ...fields, seconds: seconds.toFixed(2) });
};

const followFinger = (screen) => {
  let began = null;
  screen.addEventListener("pointerdown", (event) => {
    if (!state.loan || event.button !== 0) return;
    event.preventDefault();
    screen.focus({ preventScroll: true });
    screen.setPointerCapture(event.pointerId);
    began = { at: spot(event), x: event.clientX, y: event.clientY, when: performance.now() };
    ring(began.at);
  });
  screen.addEventListener("pointerup", (event) => {
    if (!began || !state.loan) return;
    const { at, x, y, when } = began;
    began = null;
    const seconds = (performance.now() - when) / 1000;
    if (Math.hypot(event.clientX - x, event.clientY - y) > MOVED) swipe(at, spot(event), seconds);
    else if (seconds * 1000 > HELD_MS) hold(at);
    else tap(at);
  });
  screen.addEventListener("pointercancel", () => { began = null; });
};

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const followKeyboard = (screen) => screen.addEventListener("keydown", (event) => {
  if (!state.loan || event.target !== screen) return;
  if (ARROWS[event.key]) {
    event.preventDefault();
    const [x, y] = ARROWS[event.key];
    const step = STEP * (event.shiftKey ? 5 : 1);
    ring({ x: state.at.x + x * step, y: state.at.y + y * step * 0.5 });
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (event.shiftKey) hold(state.at);
    else tap(state.at);
  }
});

const followTyping = () => {
  const field = element("typed");
  element("typing").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value;
    field.value = "";
    if (text) send({ kind: "text", text });
  });
  element("hide-typed").addEventListener("change", ({ target }) => { field.type = target.checked ? "password" : "text"; });
};

// Start

if (place) {
  element("watch").addEventListener("click", () => watch(!state.watching));
  document.addEventListener("visibilitychange", () => schedule(0));
  addEventListener("pagehide", leave);
  document.addEventListener("htmx:afterSwap", followHold);
  if (mayWrite) {
    element("borrow").addEventListener("click", borrow);
    element("give-back").addEventListener("click", giveBack);
    for (const key of document.querySelectorAll("[data-key]")) key.addEventListener("click", () => send({ kind: "key", key: key.dataset.key }));
    followFinger(element("screen-place"));
    followKeyboard(element("screen-place"));
    followTyping();
    ring(state.at);
  }
  followHold();
  if (isOnHold()) watch(true);
}
