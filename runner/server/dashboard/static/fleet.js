// The fleet on the wall of an office: the screens as large as fit, a clock, and a new page once the daemon is a new one.

const RETRY_MS = 30000;
const SHAPE = 0.5; // how much wider than high a phone with its name is

const live = () => document.getElementById("fleet-live");

/** The number of columns in which all phones are largest. */
const columnsFor = (count, width, height) => {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns / SHAPE, height / rows);
    if (size > best.size) best = { columns, size };
  }
  return best;
};

const fit = () => {
  const place = document.getElementById("fleet-wall");
  const count = place?.children.length ?? 0;
  if (!count) return;
  const { columns, size } = columnsFor(count, place.clientWidth, place.clientHeight);
  place.style.setProperty("--columns", columns);
  place.style.setProperty("--high", `${Math.floor(size)}px`);
  place.dataset.size = size < 130 ? "tiny" : ""; // no class: htmx takes those back when it settles a swap
};

const tick = () => {
  const zone = document.body.dataset.zone;
  const clock = document.getElementById("fleet-clock");
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  const words = new Intl.DateTimeFormat("en-GB", form).format(new Date());
  if (clock && clock.textContent !== words) clock.textContent = words;
};

/** Pictures that are the same stay; another one takes their place when it is decoded. */
const showPicture = async (place) => {
  const address = place.dataset.picture;
  const before = place.querySelector("img");
  if (!address || before?.getAttribute("src") === address) return;
  const next = new Image();
  next.id = place.dataset.screen;
  next.alt = "";
  next.setAttribute("hx-preserve", "true");
  next.src = address;
  await next.decode().catch(() => {});
  if (place.isConnected && place.dataset.picture === address) place.replaceChildren(next);
};

const swapped = () => {
  if (live().dataset.life !== document.body.dataset.life) return location.reload();
  fit();
  document.querySelectorAll("[data-picture]").forEach(showPicture);
};

/** While the daemon is away the page stays as it is, says so, and asks again. */
const ask = () => htmx.ajax("GET", "/fleet/live", { target: "#fleet-live", swap: "outerHTML", source: "#fleet-live" });

document.body.dataset.life = live().dataset.life;
document.body.addEventListener("htmx:afterSwap", swapped);
document.body.addEventListener("changed:now", ask);
addEventListener("resize", fit);
setInterval(tick, 1000);
setInterval(ask, RETRY_MS);
fit();
tick();
