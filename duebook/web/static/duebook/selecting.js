/* Accounts are selected on the customers' list, one by one or all that match, and stay selected from page to page in
   this tab. Without it the ticks of one page work. */

"use strict";

const NOTHING = { all: false, question: "", ids: [], but: [], total: null };
const bulkBar = () => document.getElementById("bulk");
const placeOf = (form) => `selected ${form.dataset.place}`;
const boxes = () => [...document.querySelectorAll('#customers tbody input[name="customer"]')];

const readSelection = () => {
  const form = bulkBar();
  if (!form) return { ...NOTHING };
  try {
    const found = { ...NOTHING, ...JSON.parse(sessionStorage.getItem(placeOf(form)) || "{}") };
    /* All that match is the question itself: another question, another selection. */
    return found.all && found.question !== form.dataset.question ? { ...NOTHING } : found;
  } catch {
    return { ...NOTHING };
  }
};
const keepSelection = (selection) => {
  sessionStorage.setItem(placeOf(bulkBar()), JSON.stringify(selection));
  showSelection();
};

const matching = () => {
  const found = document.querySelector("#matching[data-count]");
  return found ? Number(found.dataset.count) : null;
};
const counted = (number) => number.toLocaleString(document.documentElement.lang || undefined);

/* What is selected, as the hidden fields of the form say it. */
const said = (selection) => ({
  customers: selection.all ? "" : selection.ids.join(","),
  but: selection.all ? selection.but.join(",") : "",
  all: selection.all ? "1" : "",
});

/* What they owe together: asked for once the selection rests, and once for each. */
let asking = null;
const addUp = (form, selection) => {
  const place = form.querySelector("[data-selected-sums]");
  const data = new FormData(form);
  for (const [name, value] of Object.entries(said(selection))) data.set(name, value);
  data.delete("customer"); // the ticks of this page are among them
  const asked = new URLSearchParams(data).toString();
  if (place.dataset.of === asked) return;
  place.dataset.of = asked;
  place.replaceChildren();
  asking?.abort();
  const control = asking = new AbortController();
  setTimeout(async () => {
    if (control.signal.aborted) return;
    try {
      const answer = await fetch(form.dataset.sums, { method: "POST", body: data, signal: control.signal });
      if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
    } catch {
      /* The act itself will say what is wrong. */
    }
  }, 150);
};

const showSelection = () => {
  const form = bulkBar();
  if (!form) return;
  const selection = readSelection();
  const chosen = new Set(selection.all ? selection.but : selection.ids);
  const here = boxes();
  for (const box of here) box.checked = chosen.has(box.value) !== selection.all;
  const ticked = here.filter((box) => box.checked).length;
  const page = document.querySelector("input[data-select-page]");
  if (page) {
    page.checked = ticked > 0 && ticked === here.length;
    page.indeterminate = ticked > 0 && ticked < here.length;
  }
  const total = selection.total ?? matching();
  const count = selection.all ? (total === null ? null : total - chosen.size) : chosen.size;
  form.toggleAttribute("data-any", count === null || count > 0);
  form.querySelector("[data-selected]").textContent = count === null ? "…" : counted(count);
  if (count === null || count > 0) addUp(form, selection);
  const elsewhere = form.querySelector("[data-elsewhere]");
  const away = count === null ? 0 : count - ticked;
  elsewhere.hidden = away <= 0;
  elsewhere.querySelector("strong").textContent = counted(away);
  const every = form.querySelector("[data-select-all]");
  every.hidden = selection.all && !chosen.size;
  every.querySelector("[data-matching]").textContent = matching() === null ? "" : counted(matching());
};

const tick = (values, wanted) => {
  const selection = readSelection();
  const list = selection.all ? "but" : "ids";
  const chosen = new Set(selection[list]);
  for (const value of values) chosen[wanted !== selection.all ? "add" : "delete"](value);
  keepSelection({ ...selection, [list]: [...chosen] });
};

let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest('#customers tbody input[name="customer"]');
  if (box) {
    const all = boxes();
    const from = event.shiftKey ? all.findIndex((each) => each.value === last) : -1;
    const at = all.indexOf(box);
    const range = from < 0 ? [box] : all.slice(Math.min(from, at), Math.max(from, at) + 1);
    last = box.value;
    tick(range.map((each) => each.value), box.checked);
  } else if (event.target.matches("input[data-select-page]")) {
    tick(boxes().map((each) => each.value), event.target.checked);
  } else if (event.target.closest("[data-select-all]")) {
    keepSelection({ ...NOTHING, all: true, question: bulkBar().dataset.question, total: matching() });
  } else if (event.target.closest("[data-select-none]")) {
    keepSelection({ ...NOTHING });
    document.querySelector("#customers a")?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not(.check), textarea, select, [contenteditable], dialog");
  if (event.key !== "x" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.closest("#customers tbody tr") || document.querySelector("#customers tbody tr.cursor");
  const box = row?.querySelector('input[name="customer"]');
  if (box) tick([box.value], !box.checked);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "bulk") {
    const selection = readSelection();
    for (const [name, value] of Object.entries(said(selection))) {
      form.querySelector(`input[type="hidden"][name="${name}"]`).value = value;
    }
    if (selection.all) for (const box of boxes()) box.disabled = true;
  } else if (form.dataset.actsOnSelection) {
    sessionStorage.removeItem(`selected ${form.dataset.actsOnSelection}`);
  }
});

document.addEventListener("DOMContentLoaded", showSelection);
addEventListener("pageshow", () => {
  for (const box of boxes()) box.disabled = false;
  showSelection();
});
for (const swapped of ["htmx:afterSettle", "htmx:oobAfterSwap", "duebook:parts"]) document.addEventListener(swapped, showSelection);
