// The screens of a task: a film strip that the keyboard walks along, and one screen enlarged over the page.

const enlarged = document.getElementById("enlarged");
const place = document.getElementById("enlarged-picture");
const title = document.getElementById("enlarged-title");
const marks = document.getElementById("enlarged-marks");

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/** @type {string} The id of the screen that is enlarged: fragments are replaced while it is open. */
let shown = "";

const shotsBeside = (shot) => [...shot.closest("[data-film]").querySelectorAll(".shot")];

/** The screen so many places further along, or at an end; null if there is none. */
const along = (shot, by) => {
  const shots = shotsBeside(shot);
  return shots[shots.indexOf(shot) + by] ?? null;
};

const keyed = (shot, key) => {
  if (key in STEPS) return along(shot, STEPS[key]);
  if (key === "Home") return shotsBeside(shot).at(0);
  return key === "End" ? shotsBeside(shot).at(-1) : null;
};

const enlarge = (shot) => {
  shown = shot.id;
  const picture = shot.querySelector(".picture").cloneNode(true);
  picture.querySelector("img").loading = "eager";
  place.replaceChildren(picture);
  title.textContent = `Step ${shot.querySelector(".shot-title").textContent.trim()}`;
  marks.textContent = shot.querySelector(".shot-marks")?.textContent ?? "";
  document.getElementById("enlarged-before").disabled = !along(shot, -1);
  document.getElementById("enlarged-after").disabled = !along(shot, 1);
  shot.scrollIntoView({ block: "nearest", inline: "nearest" });
  history.replaceState(null, "", `#${shot.dataset.step}`);
  if (!enlarged.open) enlarged.showModal();
};

const present = () => document.getElementById(shown);

/** Enlarges the screen that a key or a button leads to. */
const turn = (key) => {
  const next = present() && keyed(present(), key);
  if (next) enlarge(next);
  return Boolean(next);
};

document.addEventListener("click", (event) => {
  const shot = event.target.closest("[data-film] .shot");
  if (!shot || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  enlarge(shot);
});

document.addEventListener("keydown", (event) => {
  const shot = event.target.closest?.("[data-film] .shot");
  const next = shot && keyed(shot, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
});

if (enlarged) {
  enlarged.addEventListener("keydown", (event) => {
    if (turn(event.key)) event.preventDefault();
  });
  document.getElementById("enlarged-before").addEventListener("click", () => turn("ArrowLeft"));
  document.getElementById("enlarged-after").addEventListener("click", () => turn("ArrowRight"));
  enlarged.addEventListener("close", () => present()?.focus());
}

// The steps of a running task come in one by one. They are asked for again as soon as there is news, but never for more
// than a tenth of the time: a long attempt takes long to write, and its phone is more important than its page.
const PART = 10;
const LEAST_MS = 500;
const followed = document.querySelector("[data-follows]");
let askedAt = 0;
let lastedMs = 0;
let waiting = null;

const askAgain = () => {
  waiting ??= setTimeout(() => {
    waiting = null;
    askedAt = performance.now();
    htmx.trigger(document.getElementById("attempts"), "refresh");
  }, Math.max(0, askedAt + Math.max(LEAST_MS, PART * lastedMs) - performance.now()));
};

if (followed) {
  document.body.addEventListener(followed.dataset.follows, askAgain);
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.id === "attempts") lastedMs = performance.now() - askedAt;
  });
}

// A link to a step of an attempt whose steps are not shown asks for them first.
const linked = /^#attempt-(\d+)(?:-step-\d+)?$/.exec(location.hash);
const address = new URL(location.href);
if (linked && !document.getElementById(location.hash.slice(1)) && !address.searchParams.has("attempt")) {
  address.searchParams.set("attempt", linked[1]);
  location.replace(address);
}
