// The wall of Now: tiles that changed are drawn anew together, and their pictures change without a flicker.

const TOGETHER_MS = 150;
const MANY = 60;
const NEAR_PX = 400;

const changed = new Set();
let timer = 0;

const wall = () => document.getElementById("wall");
const tiles = () => [...document.querySelectorAll(".tile")];
const laneOf = (tile) => decodeURIComponent(tile.dataset.topic.slice("phone:".length));
const isNear = (tile) => {
  const { top, bottom } = tile.getBoundingClientRect();
  return bottom > -NEAR_PX && top < innerHeight + NEAR_PX;
};

// Pictures

/** A picture takes the place of the one before when it is there and decoded; far away it waits until it is near. */
const showPicture = async (tile) => {
  const place = tile.querySelector(".tile-screen");
  const wanted = () => tile.querySelector(".tile-body")?.dataset.picture;
  const address = wanted();
  const before = place?.querySelector("img");
  if (!place || !address || before?.getAttribute("src") === address) return;
  const next = new Image();
  next.id = `screen-${tile.id.slice("tile-".length)}`;
  next.className = "tile-picture";
  next.alt = "";
  next.setAttribute("hx-preserve", "true");
  if (!isNear(tile)) next.loading = "lazy";
  next.src = address;
  if (isNear(tile)) await next.decode().catch(() => {});
  if (wanted() === address && tile.isConnected) place.replaceChildren(next);
};

// Tiles

const drawWall = () =>
  htmx.ajax("GET", `/?block=wall&${wall().dataset.query}`, { target: "#wall", swap: "outerHTML", source: "#wall" });

const drawTiles = async (lanes) => {
  const query = new URLSearchParams(wall().dataset.query);
  lanes.forEach((lane) => query.append("lane", lane));
  await htmx.ajax("GET", `/now/tiles?${query}`, { swap: "none", source: "#wall" });
};

const draw = async () => {
  timer = 0;
  const topics = new Set(changed);
  changed.clear();
  const shown = tiles().filter((tile) => topics.has(tile.dataset.topic));
  if (wall().hasAttribute("data-moves") || shown.length > MANY) await drawWall();
  else if (shown.length) await drawTiles(shown.map(laneOf));
};

const note = ({ detail }) => {
  changed.add(detail.topic);
  timer ||= setTimeout(draw, TOGETHER_MS);
};

document.body.dataset.topics.split(/\s+/).filter(Boolean).forEach((topic) => {
  document.body.addEventListener(`changed:${topic}`, note);
});

// What htmx has put into the page

/** Phones that came or went change the topics of the page: it is loaded anew, unless somebody is typing. */
const followRoster = () => {
  const isTyping = document.activeElement?.matches("input[type=search], select");
  if (document.getElementById("above").dataset.roster !== wall().dataset.roster && !isTyping) location.reload();
};

document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "above") followRoster();
});
document.body.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  const tile = detail.target?.closest?.(".tile") ?? document.getElementById(detail.target?.id)?.closest(".tile");
  if (tile) showPicture(tile);
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id === "wall") tiles().forEach(showPicture);
});
