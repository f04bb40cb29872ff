// One stream of changes a page. Each change becomes an event `changed:TOPIC` on the body, so that fragments refresh
// themselves: <div hx-get="/now/wall" hx-trigger="changed:now from:body" hx-swap="outerHTML">.

const EVERYTHING = "*";
const AGAIN_MS = [1000, 2000, 5000, 10000];

const wanted = () => ["now", ...document.body.dataset.topics.split(/\s+/).filter(Boolean)];

let source = null;
let seen = document.body.dataset.since;
let failures = 0;
let waiting = null;

/** Shows in the header whether the page is told of changes. */
const show = (state, words) => {
  const place = document.getElementById("live");
  if (!place || place.dataset.state === state) return;
  place.dataset.state = state;
  place.textContent = words;
};

const tell = (topic) => document.body.dispatchEvent(new CustomEvent(`changed:${topic}`, { detail: { topic } }));

const heard = (message) => {
  seen = message.lastEventId || seen;
  const { topics } = JSON.parse(message.data);
  const told = topics.includes(EVERYTHING) ? wanted() : topics;
  new Set(told).forEach(tell);
};

/** A stream that the server refused does not come back by itself. */
const tryAgain = async () => {
  close();
  const pause = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)];
  failures += 1;
  waiting = setTimeout(async () => {
    const answer = await fetch(address(), { method: "HEAD" }).catch(() => null);
    if (answer?.status === 401) location.reload(); // the session is over: to the log-in
    else open();
  }, pause);
};

const address = () => {
  const query = new URLSearchParams({ since: seen });
  new Set(wanted()).forEach((topic) => query.append("topics", topic));
  return `/stream?${query}`;
};

const open = () => {
  close();
  source = new EventSource(address());
  source.addEventListener("open", () => {
    failures = 0;
    show("live", "live");
  });
  source.addEventListener("changed", heard);
  source.addEventListener("error", () => {
    show("lost", "connection lost");
    if (source?.readyState === EventSource.CLOSED) tryAgain();
  });
};

const close = () => {
  clearTimeout(waiting);
  source?.close();
  source = null;
};

/** A hidden page needs no stream: browsers open only a few connections to a server. It hears of what it missed. */
const followVisibility = () => {
  if (document.hidden) close();
  else if (!source) open();
};

if (document.getElementById("live")) {
  document.addEventListener("visibilitychange", followVisibility);
  addEventListener("pagehide", close);
  addEventListener("pageshow", followVisibility);
  followVisibility();
}
