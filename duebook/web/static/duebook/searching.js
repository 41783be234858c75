/* While somebody types in a search, the rows found are drawn first, as many as are in sight: what else the page says of
   them follows in the next frame, and once the typing rests the other rows, those that the answer left out, too, and what
   is a request of its own. Other answers replace the page as ever. */

"use strict";

(() => {
const REST = 300; // milliseconds without another answer

const partsOf = (page) => new Map([...page.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
const asksItself = (part) => part.matches('[hx-trigger="load"]');
/* How many rows can be seen, as far as those that are there tell. It is measured while the answer is awaited: when it is
   there, it would mean to lay out once more what is about to go. */
let inSight = 20;
const measure = () => {
  const rows = document.querySelector('#customers [data-part="rows"]');
  const { height } = rows?.firstElementChild?.getBoundingClientRect() ?? {};
  if (height) inSight = Math.max(1, Math.ceil((innerHeight - rows.getBoundingClientRect().top + rows.closest("main").scrollTop) / height));
};
document.addEventListener("htmx:beforeSend", (event) => {
  if (event.target.id !== "search") return;
  requestAnimationFrame(measure);
  /* What the frame says of the day does not depend on the search, but for the way back from a past one. */
  const stays = document.getElementById("customers") && !document.querySelector("#strip > *");
  if (stays) event.target.setAttribute("hx-select-oob", "unset");
  else event.target.removeAttribute("hx-select-oob");
});
const nextFrame = (act) => requestAnimationFrame(() => setTimeout(act));

/* The rows of the page that the answer to a key did not hold yet, and the ways to the pages around it. */
const complete = async (page, stands) => {
  const begun = page.querySelector("tbody[data-begun]");
  if (!begun) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const whole = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  if (!answer.ok || !whole || !stands() || !begun.isConnected) return;
  const come = partsOf(whole);
  const known = new Set([...begun.children].map((row) => row.id));
  begun.append(...[...come.get("rows")?.children ?? []].filter((row) => !known.has(row.id)));
  begun.removeAttribute("data-begun");
  const foot = come.get("foot");
  if (foot) {
    partsOf(page).get("foot")?.replaceWith(foot);
    htmx.process(foot);
  }
  htmx.trigger(page, "duebook:parts");
};

let latest = null; // the answer that is being shown
const handleSwap = (style, page, answer, settling) => {
  if (style !== "rows-first") return false;
  const found = answer.querySelector("#main");
  const [there, come] = [partsOf(page), partsOf(found)];
  latest = found;
  const stands = (main) => latest === found && main.isConnected;
  const atRest = (main, act) => setTimeout(() => {
    if (!stands(main)) return;
    act();
    complete(main, () => stands(main)).catch(() => {}); // the rows that are there are right; the next page has the others
  }, REST);
  if (!there.has("rows") || there.size !== come.size || [...come.keys()].some((name) => !there.has(name))) {
    page.replaceWith(found);
    settling.elts.push(found);
    atRest(found, () => {});
    return [found];
  }
  const follow = (wanted) => {
    const now = partsOf(page);
    for (const [name, part] of come) {
      if (name === "rows" || !wanted(part)) continue;
      now.get(name)?.replaceWith(part);
      htmx.process(part);
    }
    htmx.trigger(page, "duebook:parts");
  };
  const rows = come.get("rows");
  page.scrollTop = 0;
  const others = [...rows.children].slice(inSight);
  for (const row of others) row.remove();
  there.get("rows").replaceWith(rows);
  there.get("count").replaceChildren();
  settling.elts.push(page);
  nextFrame(() => {
    if (stands(page)) follow((part) => !asksItself(part));
  });
  atRest(page, () => {
    rows.append(...others);
    follow(asksItself);
  });
  return [];
};

htmx.defineExtension("rows-first", { handleSwap });
})();
