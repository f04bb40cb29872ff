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

const refresh = () => htmx.trigger(document.getElementById("rows"), "refresh");

document.body.addEventListener("changed:now", () => {
  const rows = document.getElementById("rows");
  const isBusy = boxes().some((box) => box.checked) || rows.contains(document.activeElement) && document.activeElement !== document.body;
  if (!isBusy && rows.dataset.older === undefined) refresh();
});

form.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.verb === "post" && detail.successful) refresh();
});
document.addEventListener("htmx:afterSettle", show);
show();
