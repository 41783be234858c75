/* The customers' list by keyboard, and how a person likes it. Without it each page still works. */

"use strict";

const COOKIE = "customers";
const likes = () => {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${COOKIE}=`));
  return new Set(found ? found.slice(COOKIE.length + 1).split(".").filter(Boolean) : []);
};
const like = (word, wanted) => {
  const words = likes();
  words[wanted ? "add" : "delete"](word);
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${COOKIE}=${[...words].join(".")}; path=/; max-age=31536000; samesite=lax${secure}`;
};

document.addEventListener("change", (event) => {
  const box = event.target;
  const sheet = document.getElementById("customers");
  if (box.matches("input[data-column]")) {
    like(`no-${box.dataset.column}`, !box.checked);
    sheet?.classList.toggle(`no-${box.dataset.column}`, !box.checked);
  } else if (box.matches("input[data-compact]")) {
    like("compact", box.checked);
    sheet?.classList.toggle("compact", box.checked);
  }
});

document.addEventListener("click", (event) => {
  const fold = event.target.closest("[data-figures]");
  if (!fold) return;
  like("folded", fold.getAttribute("aria-expanded") === "true");
  htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" });
});

/* The cursor walks the rows; the link of its row has the focus, so that enter opens it. */
const rowsOf = () => [...document.querySelectorAll("[data-rows] tbody tr, #customers tbody tr")];
let turning = 0; // the page of the list was turned at its end, by the cursor
const walk = (step) => {
  const rows = rowsOf();
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("cursor"));
  const beyond = at >= 0 && !rows[at + step] && document.querySelector(`#main .pages a[rel="${step > 0 ? "next" : "prev"}"]`);
  if (beyond) {
    turning = step;
    beyond.click();
    return;
  }
  land(rows, rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))]);
};
const land = (rows, next) => {
  for (const row of rows) row.classList.toggle("cursor", row === next);
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
};

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (event.key === "e") document.querySelector("[data-export]")?.focus();
  else if (event.key === "n") document.querySelector("a[data-next]")?.click();
  else if (event.key === "p") document.querySelector("a[data-previous]")?.click();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "main" || !turning) return;
  const rows = rowsOf();
  if (rows.length) land(rows, turning > 0 ? rows[0] : rows.at(-1));
  turning = 0;
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("#customers tbody tr");
  if (row) for (const each of rowsOf()) each.classList.toggle("cursor", each === row);
});
