// What every page has: fragments that keep what the reader has opened, relative times, shortcuts, notices.

const INSTANT_EVERY_MS = 1000;
const NOTICE_MS = 8000;

// Fragments: what is open, and how far it is scrolled, outlives a refresh if it has an id. htmx keeps the focus itself.

let kept = [];

const keep = (target) => {
  const inside = [target, ...target.querySelectorAll("[id]")].filter((one) => one.id);
  kept = inside.map(({ id, open, tagName, scrollTop, scrollLeft }) => ({
    id, scrollTop, scrollLeft, open: tagName === "DETAILS" ? open : undefined,
  }));
};

const restore = () => {
  for (const { id, open, scrollTop, scrollLeft } of kept) {
    const element = document.getElementById(id);
    if (!element) continue;
    if (open !== undefined) element.open = open;
    if (scrollTop) element.scrollTop = scrollTop;
    if (scrollLeft) element.scrollLeft = scrollLeft;
  }
  kept = [];
};

document.addEventListener("htmx:beforeSwap", ({ detail }) => keep(detail.target));
document.addEventListener("htmx:afterSwap", restore);

// Notices

/** Shows a sentence for some seconds; kinds: "done", "failed". */
export const notice = (text, kind = "done") => {
  const line = document.createElement("p");
  line.className = `notice notice-${kind}`;
  line.textContent = text;
  document.getElementById("notices").append(line);
  setTimeout(() => line.remove(), NOTICE_MS);
};

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status, responseText } = detail.xhr;
  if (status === 401) location.reload();
  else if (detail.requestConfig.verb !== "get") notice(responseText || `the server answered ${status}`, "failed");
});
document.addEventListener("htmx:sendError", ({ detail }) => {
  if (detail.requestConfig.verb !== "get") notice("the server cannot be reached", "failed");
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const said = detail.xhr?.getResponseHeader("X-Notice");
  if (detail.successful && said) notice(decodeURIComponent(said));
});

// Actions from modules

/** Makes a change: POST with the session's token; `fields` become a form. Resolves with the answer; throws its words. */
export const act = async (address, fields = {}) => {
  const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
  const headers = { "X-CSRF-Token": csrf, "HX-Request": "true" };
  const answer = await fetch(address, { method: "POST", headers, body: new URLSearchParams(fields) });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer;
};

// Relative times

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

/** A length of time in at most two units, as `lasts` of the server writes it. */
export const lasts = (seconds) => {
  let rest = Math.max(0, Math.round(seconds));
  const parts = UNITS.map(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return [count, unit];
  });
  const first = parts.findIndex(([count]) => count);
  if (first < 0) return "0 s";
  return parts.slice(first, first + 2).filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`).join(" ");
};

const tick = () => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const seconds = (Date.now() - Date.parse(element.dateTime)) / 1000;
    const words = element.dataset.relative === "ago" ? `${lasts(seconds)} ago` : `in ${lasts(-seconds)}`;
    if (element.textContent !== words) element.textContent = words;
  }
};
setInterval(tick, INSTANT_EVERY_MS);

// Shortcuts

const PLACES = { n: "/", t: "/timeline", c: "/campaigns", k: "/tasks", p: "/phones", h: "/hosts", r: "/reports" };
const TYPING = "input, select, textarea, [contenteditable], [data-takes-keys]";
let afterG = 0;

const help = () => {
  const dialog = document.getElementById("shortcuts");
  if (dialog && !dialog.open) dialog.showModal();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
  if (event.key === "?") return help();
  if (afterG && Date.now() - afterG < 1500 && PLACES[event.key]) {
    event.preventDefault();
    location.assign(PLACES[event.key]);
  }
  afterG = event.key === "g" ? Date.now() : 0;
});
document.getElementById("open-shortcuts")?.addEventListener("click", help);

// On a telephone the pages' names are wider than the screen

document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// The browser's own zone, as a choice

const chooser = document.querySelector("[data-own-zone]");
if (chooser) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...chooser.options].find((option) => option.value === own);
  if (known) known.textContent = `This browser's: ${own}`;
  if (known) chooser.options[0].after(known);
}
