/* While somebody types in a search, the rows found are drawn first, as many as are in sight: the others and what else the
   page says of them follow in the next frame, and what is a request of its own once the typing rests. Other answers
   replace the page as ever. */

"use strict";

(() => {
const REST = 200; // milliseconds without another answer

const partsOf = (page) => new Map([...page.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
const asksItself = (part) => part.matches('[hx-trigger="load"]');
/* How many rows can be seen, as far as those that are there tell. */
const inSight = (rows) => {
  const { top } = rows.getBoundingClientRect();
  const { height } = rows.firstElementChild?.getBoundingClientRect() ?? {};
  return height ? Math.max(1, Math.ceil((innerHeight - top) / height)) : 20;
};
const nextFrame = (act) => requestAnimationFrame(() => setTimeout(act));

let latest = null; // the answer that is being shown
const handleSwap = (style, page, answer, settling) => {
  if (style !== "rows-first") return false;
  const found = answer.querySelector("#main");
  const [there, come] = [partsOf(page), partsOf(found)];
  latest = found;
  if (!there.has("rows") || there.size !== come.size || [...come.keys()].some((name) => !there.has(name))) {
    page.replaceWith(found);
    settling.elts.push(found);
    return [found];
  }
  const isLatest = () => latest === found && page.isConnected;
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
  const others = [...rows.children].slice(inSight(there.get("rows")));
  for (const row of others) row.remove();
  there.get("rows").replaceWith(rows);
  there.get("count").replaceChildren();
  settling.elts.push(page);
  nextFrame(() => {
    if (!isLatest()) return;
    rows.append(...others);
    follow((part) => !asksItself(part));
  });
  setTimeout(() => { if (isLatest()) follow(asksItself); }, REST);
  return [];
};

htmx.defineExtension("rows-first", { handleSwap });
})();
