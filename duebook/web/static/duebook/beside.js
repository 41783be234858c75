/* An account beside the list: rows open it, the address holds it, back closes it. Without it rows lead to the account's
   own page, whose content this is. */

"use strict";

(() => {
const OF_ACCOUNT = ["open", "tab", "state", "order", "age", "after_id", "before_id", "before_event"];
const beside = () => document.getElementById("beside");
const linkOf = (id) => document.querySelector(`#customers a[data-open="${CSS.escape(id)}"]`);

/* What of an address is the list's, for telling whether two show the same one. */
const listOf = (search) => {
  const asked = new URLSearchParams(search);
  for (const name of OF_ACCOUNT) asked.delete(name);
  return [...asked].map((pair) => pair.join("=")).sort().join("&");
};
let shownList = listOf(location.search);
const openIn = (search) => new URLSearchParams(search).get("open") || "";

/* The account's page: of the row where there is one, else by the address of the list. */
const pageOf = (id, asked) => {
  const query = new URLSearchParams(location.search);
  for (const name of OF_ACCOUNT) query.delete(name);
  for (const name of OF_ACCOUNT.slice(1)) for (const value of asked.getAll(name)) query.append(name, value);
  const path = beside().dataset.account.replace("/0/", `/${id}/`);
  return `${path}${query.size ? "?" : ""}${query}`;
};

const mark = (id) => {
  const row = id ? linkOf(id)?.closest("tr") : null;
  for (const each of document.querySelectorAll("#customers tbody tr")) {
    each.classList.toggle("opened", each === row);
    if (row) each.classList.toggle("cursor", each === row);
  }
  row?.scrollIntoView({ block: "nearest" });
};

/* Show what the address says. */
const show = ({ focus } = {}) => {
  const panel = beside();
  const asked = new URLSearchParams(location.search);
  const id = openIn(location.search);
  const was = panel.dataset.open || "";
  panel.dataset.open = id;
  panel.hidden = !/^\d+$/.test(id);
  panel.querySelector("[data-missing]").hidden = true;
  mark(id);
  if (panel.hidden) {
    if (was) {
      document.title = panel.dataset.title;
      document.getElementById("beside-account").replaceChildren();
      if (focus) linkOf(was)?.focus();
    }
    return;
  }
  const page = pageOf(id, asked);
  panel.querySelector("[data-page]").href = page;
  htmx.ajax("GET", page, {
    source: "#beside-source", target: "#beside-account", select: ".account", swap: "innerHTML",
  }).then(
    () => {
      if (focus) panel.focus({ preventScroll: true });
      if (asked.has("age")) document.getElementById("account-tabs")?.scrollIntoView();
      else panel.scrollTop = 0;
    },
    () => {}, // the next one is asked for already, or the page says what went wrong
  );
};

const go = (id, { how = "pushState", asked = new URLSearchParams() } = {}) => {
  const query = new URLSearchParams(location.search);
  for (const name of OF_ACCOUNT) query.delete(name);
  if (id) query.set("open", id);
  for (const [name, value] of asked) if (OF_ACCOUNT.includes(name) && name !== "open") query.append(name, value);
  history[how]({ beside: true }, "", `${location.pathname}${query.size ? "?" : ""}${query}`);
  show({ focus: true });
};
const close = () => go("");

/* The next account in the list's order; at the end of a page the page is turned. */
let turned = 0;
const step = (by) => {
  const id = openIn(location.search);
  const rows = [...document.querySelectorAll("#customers a[data-open]")];
  const at = rows.findIndex((each) => each.dataset.open === id);
  const next = at < 0 ? null : rows[at + by];
  if (next) go(next.dataset.open, { how: "replaceState" });
  else if (at >= 0) {
    const page = document.querySelector(`#main .pages a[rel="${by > 0 ? "next" : "prev"}"]`);
    if (page) turned = by;
    page?.click();
  } else {
    const there = document.querySelector(`#beside-account a[data-${by > 0 ? "next" : "previous"}]`);
    const found = there && /\/(\d+)\/$/.exec(new URL(there.href).pathname);
    if (found) go(found[1], { how: "replaceState" });
  }
};

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a");
  if (!link || !beside()) return;
  const within = link.closest("#beside");
  const row = link.closest("#customers tbody tr");
  if (row) {
    event.preventDefault();
    go(row.querySelector("a[data-open]").dataset.open, { how: openIn(location.search) ? "replaceState" : "pushState", asked: new URL(link.href).searchParams });
  } else if (within && link.matches("[data-close]")) {
    event.preventDefault();
    close();
  } else if (within && link.matches("[data-next], [data-previous]")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    step(link.matches("[data-next]") ? 1 : -1);
  }
}, true);

document.addEventListener("keydown", (event) => {
  if (!beside() || beside().hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  if (event.key === "Escape" && !document.querySelector("details.menu[open]")) close();
  else if (event.key === "j" || event.key === "n") step(1);
  else if (event.key === "k" || event.key === "p") step(-1);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

/* Back and forward between addresses of the same list move the panel alone. */
window.addEventListener("popstate", (event) => {
  if (!beside()) return;
  if (listOf(location.search) !== shownList) {
    if (!event.state?.htmx) location.reload();
    return;
  }
  event.stopImmediatePropagation();
  show({ focus: true });
});

/* An account that is not there, or not for who reads: an address that somebody sent may have one open. */
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt.id !== "beside-source" || event.detail.xhr.status !== 404) return;
  event.stopImmediatePropagation(); // nothing is in trouble
  document.getElementById("beside-account").replaceChildren();
  beside().querySelector("[data-missing]").hidden = false;
}, true);

/* A tab of the account beside the list stands in the address as well. */
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, pathInfo, requestConfig } = event.detail;
  if (requestConfig?.verb !== "get" || !elt.closest?.("#beside-account a")) return;
  const asked = new URL(pathInfo.finalRequestPath || pathInfo.requestPath, location.href).searchParams;
  const query = new URLSearchParams(location.search);
  for (const name of OF_ACCOUNT.slice(1)) {
    query.delete(name);
    for (const value of asked.getAll(name)) query.append(name, value);
  }
  history.replaceState({ beside: true }, "", `${location.pathname}?${query}`);
});

for (const written of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) {
  document.addEventListener(written, () => { shownList = listOf(location.search); });
}

/* Another list: the panel is what its address says, or the account to which the page was turned. */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "main" || !beside()) return;
  const rows = [...document.querySelectorAll("#customers a[data-open]")];
  const first = turned > 0 ? rows[0] : rows.at(-1);
  if (turned && first) go(first.dataset.open, { how: "replaceState" });
  else show();
  turned = 0;
});

document.addEventListener("DOMContentLoaded", () => {
  if (!beside()) return;
  beside().dataset.title = document.title;
  show();
});
})();
