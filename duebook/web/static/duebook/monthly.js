/* The monthly report: printing by a button, and the switch by the space bar as well. */

"use strict";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches("a[role=switch]")) {
    event.preventDefault();
    event.target.click();
  }
});
