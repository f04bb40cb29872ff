// The list of tasks: several are chosen and acted on together, and it follows what happens while nobody has chosen any.

const form = document.getElementById("together");
const boxes = () => [...form.querySelectorAll("input[name=id]")];
const all = document.getElementById("all");

const show = () => {
  const chosen = boxes().filter((box) => box.checked);
  const said = document.getElementById("chosen");
  if (!said) return;
  said.textContent = chosen.length ? `${chosen.length} chosen` : "none chosen";
  all.checked = chosen.length > 0 && chosen.length === boxes().length;
  all.indeterminate = chosen.length > 0 && !all.checked;
  for (const button of form.querySelectorAll("[data-act]")) {
    const able = chosen.filter((box) => box.dataset.may.split(" ").includes(button.dataset.act)).length;
    button.disabled = able === 0;
    button.textContent = `${button.dataset.act === "retry" ? "Retry" : "Stop"}${able ? ` ${able}` : ""}`;
  }
};

/** Only what may be done is asked for: a task that cannot be stopped is none that somebody wanted to stop. */
form.addEventListener("htmx:configRequest", ({ detail }) => {
  const act = detail.path.split("/").at(-1);
  if (detail.verb !== "post") return;
  const ids = boxes().filter((box) => box.checked && box.dataset.may.split(" ").includes(act)).map((box) => box.value);
  detail.parameters.delete?.("id");
  ids.forEach((id) => detail.parameters.append("id", id));
});

form.addEventListener("change", (event) => {
  if (event.target === all) boxes().forEach((box) => { box.checked = all.checked; });
  show();
});

const OFTEN_MS = 2000;
let waiting = null;
let isWanted = false;

const refresh = () => ["rows", "chips"].forEach((id) => htmx.trigger(document.getElementById(id), "refresh"));

/** What happens while tasks run is shown every two seconds: a list is no film. */
const refreshSoon = () => {
  waiting ??= setTimeout(() => {
    waiting = null;
    if (!isBusy()) refresh();
  }, OFTEN_MS);
};

const isBusy = () => {
  const rows = document.getElementById("rows");
  const isOlder = rows.dataset.older !== undefined;
  return isOlder || rows.contains(document.activeElement) || boxes().some((box) => box.checked);
};

document.body.addEventListener("changed:now", refreshSoon);

form.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.verb !== "post" || !detail.successful) return;
  isWanted = true;
  refresh();
});

/** Rows that were asked for before somebody began to choose come too late. */
form.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "rows") return;
  detail.shouldSwap &&= isWanted || !isBusy();
  isWanted = false;
});
document.addEventListener("htmx:afterSettle", show);
show();
