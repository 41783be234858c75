/* What a page can do beyond links and forms. Everything here is a convenience: without it each page still works. */

"use strict";

const closeMenusExcept = (kept) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== kept) menu.removeAttribute("open");
  }
};

document.addEventListener("click", (event) => closeMenusExcept(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    closeMenusExcept(null);
    open?.querySelector("summary")?.focus();
  }
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector("#search input[name=q]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

/* The name column gets its edge shadow once the sheet has moved under it. */
document.addEventListener("scroll", (event) => {
  const sheet = event.target;
  if (sheet.classList?.contains("main")) sheet.classList.toggle("scrolled", Math.abs(sheet.scrollLeft) > 4);
}, { capture: true, passive: true });

/* A request that was led elsewhere (signed out, most likely) goes there with the whole page. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  const asked = new URL(pathInfo.requestPath, location.href).pathname;
  const answered = new URL(xhr.responseURL || location.href, location.href);
  if (answered.pathname !== asked) {
    event.detail.shouldSwap = false;
    location.assign(answered.href);
  }
});

document.addEventListener("htmx:afterSwap", () => {
  const count = document.querySelector("#main [data-announce]");
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = count ? count.textContent : "";
  const trouble = document.getElementById("trouble");
  if (trouble) trouble.hidden = true;
});

/* An answer that did not come is said where it is missed; the old figures stay. */
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const trouble = document.getElementById("trouble");
    if (!trouble || event.detail.xhr?.status === 400) return;
    trouble.querySelector("a").href = event.detail.pathInfo?.finalRequestPath || location.href;
    trouble.hidden = false;
  });
}

/* "Some of them" is a state of a box that HTML has no attribute for. */
const mixBoxes = () => {
  for (const box of document.querySelectorAll("input[data-mixed]")) box.indeterminate = true;
};
document.addEventListener("DOMContentLoaded", mixBoxes);
document.addEventListener("htmx:afterSwap", mixBoxes);

/* One box at the head of a list stands for the boxes of all its rows. */
const rowBoxes = (form) => [...form.querySelectorAll("tbody input.check")];
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  const all = form?.querySelector("input[data-all]");
  if (!all || !event.target.matches("input.check")) return;
  const boxes = rowBoxes(form);
  if (event.target === all) for (const box of boxes) box.checked = all.checked;
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
});

/* Of tabs wider than the screen, the present one is in sight. */
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const { offsetLeft: start, parentElement: tabs } = tab;
  if (tabs.scrollWidth > tabs.clientWidth) tabs.scrollLeft = start - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}
