/* An open page of results asks one small question for all of itself: which changes are the newest. A panel that has moved
   comes with the answer; a bar that tells of newer results then asks for itself. It asks less often while nothing moves,
   and not at all in a tab that nobody sees; after a panel that
   moved it waits its longest, so that what is saved one after the other comes in one panel. Only an answer lets a page call itself up to date; no answer, or a newer
   change that is not computed yet, takes the words back. */

const FIRST = 300;
const LONGEST = 600;  // a stored result is to be seen within a second
const SLOWER = 1.3;
const QUESTION = document.querySelector("script[data-newest]").dataset.newest;
/* Group → [change of the newest result, newest change on record, panel where it has moved], as last answered. */
let newest = {};
let pause = FIRST;
let waiting = 0;

function say() {
  for (const line of document.querySelectorAll(".freshness[data-group]")) {
    line.classList.toggle("is-newest", String(newest[line.dataset.group]?.[1]) === line.dataset.change);
  }
}

/* Brings anew what shows an older result. Returns whether a change is still being computed. */
function bring() {
  let isComputing = false;
  for (const part of document.querySelectorAll("[data-asks-for]")) {
    const [shown, change, panel] = newest[part.dataset.asksFor] ?? [0, 0];
    if (panel) {
      htmx.trigger(part, "htmx:beforeSwap", { target: part });
      htmx.swap(part, panel, { swapStyle: "outerHTML" });
    } else if (shown && String(shown) !== part.dataset.shown) htmx.trigger(part, "newer");
    isComputing ||= change !== shown;
  }
  return isComputing;
}

async function answered() {
  const panels = [...document.querySelectorAll(".group-panel[data-asks-for]")];
  const shown = new URLSearchParams(panels.map((panel) => [panel.dataset.asksFor, panel.dataset.shown]));
  const answer = await fetch(`${QUESTION}?${shown}`, { headers: { "HX-Request": "true" }, cache: "no-store" });
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("htmx:responseError", { detail: { xhr: answer } }));
  return answer.ok ? answer.json() : {};
}

async function ask() {
  clearTimeout(waiting);
  if (document.hidden || !document.querySelector("[data-asks-for]")) return;
  newest = await answered().catch(() => ({}));
  say();
  const isComputing = bring();
  const hasMoved = Object.values(newest).some((found) => found[2]);
  pause = hasMoved ? LONGEST : isComputing ? FIRST : Math.min(pause * SLOWER, LONGEST);
  clearTimeout(waiting);
  waiting = setTimeout(ask, pause);
}

document.addEventListener("visibilitychange", () => {
  pause = FIRST;
  newest = {};
  say();
  ask();
});
document.addEventListener("htmx:afterSwap", say);
ask();
