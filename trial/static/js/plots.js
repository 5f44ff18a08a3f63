/* Plots by keyboard: the arrow keys step through the marks of the plot in focus, a live region says each in words,
   Enter opens the participant or the page behind it; a mouse over a plot reads out the mark beneath it, or of a curve
   the nearest one across (of several curves: the nearest one). Without scripts the tables below the plots say the same. */

const MARKS = "a[aria-label], [data-words]";
const STEPS = {
  ArrowRight: (now, last) => Math.min(now + 1, last),
  ArrowDown: (now, last) => Math.min(now + 1, last),
  ArrowLeft: (now) => Math.max(now - 1, 0),
  ArrowUp: (now) => Math.max(now - 1, 0),
  Home: () => 0,
  End: (now, last) => last,
};
const main = document.querySelector("main");
const said = added("output", "plot-words", "");
said.setAttribute("aria-live", "polite");
const keys = added("p", "visually-hidden", "The arrow keys read out its marks one by one; Enter opens what is read out.");
keys.id = "plot-keys";

function added(tag, name, words) {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = words;
  main.append(made);
  return made;
}

function prepare() {
  for (const plot of document.querySelectorAll("svg.chart:not([tabindex])")) {
    if (!plot.querySelector(MARKS)) continue;
    plot.setAttribute("tabindex", "0");
    plot.setAttribute("role", "application");
    plot.setAttribute("aria-roledescription", "plot");
    plot.setAttribute("aria-describedby", keys.id);
  }
}

function plotInFocus() {
  const plot = document.activeElement;
  return plot?.matches("svg.chart[tabindex='0']") ? plot : null;
}

function marksOf(plot) {
  const marks = [...plot.querySelectorAll(MARKS)];
  return [marks, marks.findIndex((mark) => mark.classList.contains("is-read"))];
}

function read(plot, place, byMouse = false) {
  const [marks, before] = marksOf(plot);
  marks[before]?.classList.remove("is-read");
  marks[place]?.classList.add("is-read");
  if (!byMouse) marks[place]?.scrollIntoView({ block: "nearest" });
  const words = marks[place]?.dataset.words ?? marks[place]?.getAttribute("aria-label");
  said.textContent = words ? `${words} (${place + 1} of ${marks.length})` : "";
}

document.addEventListener("keydown", (event) => {
  const plot = plotInFocus();
  if (!plot || event.ctrlKey || event.metaKey || event.altKey) return;
  const [marks, now] = marksOf(plot);
  const address = marks[now]?.getAttribute("href") ?? marks[now]?.dataset.opens ?? plot.dataset.opens;
  if (event.key in STEPS) read(plot, STEPS[event.key](now, marks.length - 1));
  else if (event.key === "Enter" && now >= 0 && address) location.assign(address);
  else if (event.key === "Escape") read(plot, -1);
  else return;
  event.preventDefault();
});

/* A curve has places instead of marks, which nobody can hit: the nearest across is meant. */
function beneath(plot, event) {
  const [marks] = marksOf(plot);
  const hit = marks.indexOf(event.target.closest(MARKS));
  if (hit >= 0 || !plot.querySelector(".chart-place")) return hit;
  const several = plot.hasAttribute("data-several");
  const away = marks.map((mark) => {
    const box = mark.getBoundingClientRect();
    const across = (box.left + box.right) / 2 - event.clientX, up = (box.top + box.bottom) / 2 - event.clientY;
    return Math.hypot(across, several ? up : 0);
  });
  return away.indexOf(Math.min(...away));
}

document.addEventListener("pointermove", (event) => {
  const plot = event.target.closest?.("svg.chart[tabindex='0']");
  if (!plot || event.pointerType !== "mouse") return;
  const place = beneath(plot, event);
  if (place !== marksOf(plot)[1]) read(plot, place, true);
});

document.addEventListener("pointerout", (event) => {
  const plot = event.target.closest?.("svg.chart[tabindex='0']");
  if (plot && event.pointerType === "mouse" && !plot.contains(event.relatedTarget) && plot !== plotInFocus()) read(plot, -1, true);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("svg.chart")) read(event.target, -1);
});

/* A panel that brings newer numbers takes the place of the old one: the plot that was in focus stays so. */
let kept = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const panel = event.detail.target, plot = plotInFocus();
  kept = plot && panel.contains(plot) ? [panel.id, [...panel.querySelectorAll("svg.chart")].indexOf(plot), marksOf(plot)[1]] : null;
});
document.addEventListener("htmx:afterSwap", () => {
  prepare();
  if (!kept) return;
  const plot = document.getElementById(kept[0])?.querySelectorAll("svg.chart")[kept[1]];
  plot?.focus();
  if (plot && kept[2] >= 0) read(plot, Math.min(kept[2], marksOf(plot)[0].length - 1));
  kept = null;
});
prepare();
