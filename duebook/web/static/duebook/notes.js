/* In a note, @ offers the colleagues who see the account. Without it their names are written by hand. */

"use strict";

const CALLED = /(?:^|[^\w@])@([^@\n]{0,60})$/u;
const offeredBy = (field) => document.getElementById(field.dataset.mentions);
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const close = (field) => {
  offeredBy(field).hidden = true;
  field.removeAttribute("aria-activedescendant");
};
const shown = (list) => [...list.children].filter((each) => !each.hidden);
const mark = (field, option) => {
  const list = offeredBy(field);
  for (const each of list.children) each.setAttribute("aria-selected", String(each === option));
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};

const offer = (field) => {
  const list = offeredBy(field);
  const begun = CALLED.exec(field.value.slice(0, field.selectionStart));
  if (!begun) return close(field);
  const wanted = plain(begun[1]);
  for (const each of list.children) {
    const words = [each.dataset.name, each.dataset.email, ...each.dataset.name.split(/\s+/)];
    each.hidden = !words.some((word) => plain(word).startsWith(wanted));
  }
  const [first, ...others] = shown(list);
  const isWhole = first && !others.length && plain(first.dataset.name) === wanted;
  if (!first || isWhole) return close(field);
  list.hidden = false;
  mark(field, first);
};

const take = (field, option) => {
  const before = field.value.slice(0, field.selectionStart);
  const from = before.lastIndexOf("@");
  const alike = [...option.parentNode.children].filter((each) => each.dataset.name === option.dataset.name);
  const called = alike.length > 1 ? option.dataset.email : option.dataset.name;
  field.setRangeText(`@${called} `, from, field.selectionStart, "end");
  close(field);
  field.focus();
};

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-mentions]")) offer(event.target);
});
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-mentions]")) return;
  const list = offeredBy(field);
  if (list.hidden) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
    return;
  }
  const options = shown(list);
  const at = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") mark(field, options[(at + 1) % options.length]);
  else if (event.key === "ArrowUp") mark(field, options[(at - 1 + options.length) % options.length]);
  else if (event.key === "Enter" || event.key === "Tab") take(field, options[at]);
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest(".offered [role=option]");
  if (!option) return;
  event.preventDefault();
  take(document.querySelector(`[data-mentions="${option.parentNode.id}"]`), option);
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches("[data-mentions]")) close(event.target);
});
