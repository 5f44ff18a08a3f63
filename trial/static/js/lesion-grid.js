/* The grid of lesions by keyboard alone: Enter and the arrows move between lesions; in a millimetre box a letter sets
   the state: a absent, s too small (5 mm proposed), g merged with another, i in parts, n not evaluated; in a state box of a non-target p, a, u and n.
   The letters are shown below the grid; typing a number makes the lesion measured again. */

const TARGET_STATES = { a: "absent", s: "too_small", g: "merged", i: "in_parts", n: "not_evaluated", m: "measured" };
const OTHER_STATES = { p: "present", a: "absent", u: "unequivocal_progression", n: "not_evaluated" };
const TOO_SMALL_MM = "5";
const SIZED = ["measured", "in_parts"];

const grid = document.querySelector("[data-lesion-grid]");

function boxes() {
  return [...grid.querySelectorAll("tbody tr")].map(
    (row) => row.querySelector("input[name$=longest_diameter_mm]") ?? row.querySelector("select[name$=-state]"));
}

function changed(field) {
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function move(from, step) {
  const all = boxes();
  const row = from.closest("tr");
  const place = [...grid.querySelectorAll("tbody tr")].indexOf(row) + step;
  if (place < 0) return;
  if (place >= all.length) { document.querySelector("[data-save-next]")?.focus(); return; }
  all[place].focus();
  all[place].select?.();
}

/* Which target it merged with is said of a merged lesion only. */
function clearMerged(row) {
  const merged = row.querySelector("select[name$=merged_with]");
  if (merged && row.querySelector("select[name$=-state]").value !== "merged") merged.value = "";
}

function setState(row, state) {
  const select = row.querySelector("select[name$=-state]");
  const millimeters = row.querySelector("input[name$=longest_diameter_mm]");
  select.value = state;
  if (millimeters) millimeters.value = state === "too_small" ? TOO_SMALL_MM : SIZED.includes(state) ? millimeters.value : "";
  clearMerged(row);
  changed(select);
  if (state === "merged") { row.querySelector("select[name$=merged_with]").focus(); return; }
  if (state === "in_parts") { millimeters.focus(); return; }
  if (state === "not_evaluated") { row.querySelector("input[name$=not_evaluated_reason]").focus(); return; }
  move(select, 1);
}

grid?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.closest("tbody tr");
  if (!row) return;
  const isBox = event.target.matches("input[name$=longest_diameter_mm]");
  const isState = event.target.matches("select[name$=-state]");
  if (event.key === "Enter") { event.preventDefault(); move(event.target, event.shiftKey ? -1 : 1); return; }
  if (isBox && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    move(event.target, event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  const target = row.querySelector("input[name$=longest_diameter_mm]") !== null;
  const state = (target ? TARGET_STATES : OTHER_STATES)[event.key.toLowerCase()];
  if (state && (isBox || isState)) { event.preventDefault(); setState(row, state); }
});

// On a phone the grid is wider than its frame: a box that is half in view is brought in whole.
grid?.addEventListener("focusin", (event) => event.target.scrollIntoView({ block: "nearest", inline: "nearest" }));

grid?.addEventListener("input", (event) => {
  if (!event.target.matches("input[name$=longest_diameter_mm]")) return;
  const select = event.target.closest("tr").querySelector("select[name$=-state]");
  // A typed number says that the lesion was measured, unless it was called too small or in parts before.
  if (event.target.value.trim() && !["too_small", "in_parts"].includes(select.value)) select.value = "measured";
  clearMerged(event.target.closest("tr"));
});

// Naming the other target says that it merged; another state says that it did not.
grid?.addEventListener("change", (event) => {
  const row = event.target.closest("tbody tr");
  if (event.target.matches("select[name$=merged_with]") && event.target.value) {
    row.querySelector("select[name$=-state]").value = "merged";
    row.querySelector("input[name$=longest_diameter_mm]").value = "";
  } else if (event.target.matches("select[name$=-state]")) clearMerged(row);
}, { capture: true });
