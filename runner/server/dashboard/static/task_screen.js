// The screen of a failed step: its elements on its picture and in a list; whoever is chosen is told about.

const viewer = document.getElementById("viewer");
const picture = document.getElementById("viewer-picture");
const boxes = document.getElementById("viewer-boxes");
const tree = document.getElementById("viewer-tree");
const find = document.getElementById("viewer-find");
const count = document.getElementById("viewer-count");
const told = document.getElementById("viewer-element");
const address = viewer.dataset.elements;

const SOON_MS = 120;
const DEEPEST = 14;

/** @typedef {{depth: number, box: number[], class: string, words: string, id: string, taps: boolean}} Element  box in pixels of the phone */

/** @type {Element[]} */
let elements = [];
let rows = [];
let chosen = -1;
let asking = null;

const area = ({ box: [left, top, right, bottom] }) => (right - left) * (bottom - top);
const holds = ({ box: [left, top, right, bottom] }, x, y) => left <= x && x < right && top <= y && y < bottom;

/** The elements at a point, the smallest first; of equal ones the innermost. */
const at = (x, y) => elements.map((_, number) => number)
  .filter((number) => area(elements[number]) > 0 && holds(elements[number], x, y))
  .sort((one, other) => area(elements[one]) - area(elements[other]) || other - one);

const parentOf = (number) => {
  for (let before = number - 1; before >= 0; before -= 1)
    if (elements[before].depth < elements[number].depth) return before;
  return -1;
};

/** A place of the pointer in pixels of the phone. */
const pointOf = (event) => {
  const { left, top, width, height } = picture.getBoundingClientRect();
  const { width: across, height: down } = boxes.viewBox.baseVal;
  return [(event.clientX - left) / width * across, (event.clientY - top) / height * down];
};

const outline = (rect, number) => {
  const [left, top, right, bottom] = number < 0 ? [0, 0, 0, 0] : elements[number].box;
  rect.setAttribute("x", left);
  rect.setAttribute("y", top);
  rect.setAttribute("width", Math.max(0, right - left));
  rect.setAttribute("height", Math.max(0, bottom - top));
};

const hovered = boxes.querySelector(".box-hover");
const marked = boxes.querySelector(".box-chosen");

/** Asks what finds an element, and shows it; the last element that is asked about wins. */
const tellOf = (number) => {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const answer = await fetch(`${address}/${number}`, { headers: { "HX-Request": "true" } });
    const text = await answer.text();
    if (number !== chosen || !answer.ok) return;
    // The server has escaped what stands in it; parsed apart, nothing in it runs.
    const page = new DOMParser().parseFromString(text, "text/html");
    told.replaceChildren(...page.body.childNodes);
  }, SOON_MS);
};

/** Scrolls the list, and not the page, until a row of it is seen. */
const bring = (row) => {
  const above = row.offsetTop - tree.offsetTop;
  if (above < tree.scrollTop) tree.scrollTop = above;
  else if (above + row.offsetHeight > tree.scrollTop + tree.clientHeight)
    tree.scrollTop = above + row.offsetHeight - tree.clientHeight;
};

const choose = (number, { scroll = true } = {}) => {
  if (number < 0 || number >= elements.length) return;
  rows[chosen]?.removeAttribute("aria-selected");
  chosen = number;
  const row = rows[number];
  row.setAttribute("aria-selected", "true");
  tree.setAttribute("aria-activedescendant", row.id);
  if (scroll) bring(row);
  outline(marked, number);
  const here = new URL(location.href);
  here.searchParams.set("element", number);
  history.replaceState(null, "", here);
  tellOf(number);
};

const isShown = (number) => number >= 0 && number < rows.length && !rows[number].hidden;

const next = (from, by) => {
  let number = from + by;
  while (number >= 0 && number < rows.length && rows[number].hidden) number += by;
  return isShown(number) ? number : from;
};

const KEYS = {
  ArrowDown: (from) => next(from, 1),
  ArrowUp: (from) => (from < 0 ? next(-1, 1) : next(from, -1)),
  ArrowLeft: (from) => (isShown(parentOf(from)) ? parentOf(from) : from),
  ArrowRight: (from) => (elements[from + 1]?.depth > elements[from]?.depth && isShown(from + 1) ? from + 1 : from),
  Home: () => next(-1, 1),
  End: () => next(rows.length, -1),
};

const rowOf = (element, number) => {
  const row = document.createElement("div");
  row.id = `element-${number}`;
  row.dataset.number = number;
  row.className = "node";
  row.setAttribute("role", "treeitem");
  row.setAttribute("aria-level", element.depth + 1);
  row.style.paddingInlineStart = `${4 + 10 * Math.min(element.depth, DEEPEST)}px`;
  const kind = document.createElement("span");
  kind.className = element.taps ? "node-class node-taps" : "node-class";
  kind.textContent = element.class;
  row.append(kind);
  for (const [name, text] of [["node-words", element.words], ["node-id", element.id]]) {
    if (!text) continue;
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    row.append(span);
  }
  return row;
};

const look = () => {
  const wanted = find.value.trim().toLowerCase();
  let many = 0;
  elements.forEach((element, number) => {
    const said = `${element.words}\n${element.class}\n${element.id}`.toLowerCase();
    rows[number].hidden = Boolean(wanted) && !said.includes(wanted);
    many += rows[number].hidden ? 0 : 1;
  });
  count.textContent = wanted ? `${many} of ${elements.length} elements` : `${elements.length} elements`;
};

const start = async () => {
  const answer = await fetch(address);
  if (!answer.ok) return;
  const data = await answer.json();
  const [width, height] = data.size;
  elements = data.elements;
  boxes.setAttribute("viewBox", `0 0 ${Math.max(1, width)} ${Math.max(1, height)}`);
  if (picture.classList.contains("picture-none")) picture.style.aspectRatio = `${width} / ${height}`;
  boxes.querySelector(".box-all").setAttribute("d", elements.filter((one) => area(one) > 0)
    .map(({ box: [left, top, right, bottom] }) => `M${left} ${top}H${right}V${bottom}H${left}Z`).join(""));
  rows = elements.map(rowOf);
  tree.replaceChildren(...rows);
  look();
  if (data.left_out) count.textContent += `; ${data.left_out} more are not shown`;
  const asked = Number(new URL(location.href).searchParams.get("element") ?? -1);
  if (asked >= 0) choose(asked);
};

picture.addEventListener("pointermove", (event) => outline(hovered, at(...pointOf(event))[0] ?? -1));
picture.addEventListener("pointerleave", () => outline(hovered, -1));
picture.addEventListener("click", (event) => {
  const here = at(...pointOf(event));
  if (here.length) choose(here[(here.indexOf(chosen) + 1) % here.length]);
});
tree.addEventListener("click", (event) => {
  const row = event.target.closest(".node");
  if (row) choose(Number(row.dataset.number), { scroll: false });
});
tree.addEventListener("keydown", (event) => {
  if (!(event.key in KEYS) || !rows.length) return;
  event.preventDefault();
  choose(KEYS[event.key](chosen));
});
find.addEventListener("input", look);
document.getElementById("viewer-all").addEventListener("change", ({ target }) => {
  boxes.classList.toggle("boxes-all", target.checked);
});

/** Copies a selector; where a page may not (plain HTTP from another machine), it selects the text for the reader. */
told.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(button.closest("li").querySelector(".way"));
    button.textContent = "Selected: press Ctrl+C";
  }
});

start();
