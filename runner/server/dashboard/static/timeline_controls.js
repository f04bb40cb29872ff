// The controls around the timeline: its filters, its buttons, and the panel that answers why.

import { around, zoomed } from "./timeline_view.js";

const DAY = 86400e3, TABLE_AFTER = 700;

export function connect(page) {
  const { form } = page;
  const read = () => {
    const asked = new FormData(form), by = asked.get("by");
    const isOther = by !== page.state.by;
    Object.assign(page.state, {
      by,
      states: new Set(asked.getAll("state")),
      campaign: asked.get("campaign"),
      text: asked.get("q"),
    });
    if (isOther) {
      page.selected = -1;
      page.at = null;
      page.state.view = { ...page.view, top: 0 };
      page.load();
    } else page.refilter();
    page.writeAddress();
    page.later("table", TABLE_AFTER, () => page.refreshTable());
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", read);
  for (const button of document.querySelectorAll("[data-look]")) {
    button.addEventListener("click", () => press(page, button.dataset.look));
  }
  for (const button of document.querySelectorAll("[data-shows]")) {
    button.addEventListener("click", () => show(page, button.dataset.shows === "table"));
  }
  page.panel.querySelector("button").addEventListener("click", () => page.close());
  page.panel.addEventListener("keydown", (event) => { if (event.key === "Escape") page.close(); });
  show(page, page.state.isTable);
}

function press(page, what) {
  const lengths = { hour: 3600e3, shift: 6 * 3600e3, day: DAY, week: 7 * DAY, month: 30 * DAY };
  if (what === "now") page.home();
  else if (what === "nearer") page.look(zoomed(page.view, 1 / 1.5, 0.5));
  else if (what === "wider") page.look(zoomed(page.view, 1.5, 0.5));
  else {
    const middle = (page.view.from + page.view.until) / 2;
    page.look(around(middle, lengths[what], page.view.top));
  }
}

function show(page, isTable) {
  const isChange = page.state.isTable !== isTable;
  page.state.isTable = isTable;
  document.getElementById("timeline").dataset.shows = isTable ? "table" : "picture";
  for (const button of document.querySelectorAll("[data-shows]")) {
    if (button.tagName === "BUTTON") button.setAttribute("aria-pressed", String((button.dataset.shows === "table") === isTable));
  }
  if (isChange) page.writeAddress();
  page.paint();
}
