/* The lesions of the baseline by keyboard: Enter at the end of a row goes to the next one, in an empty row on to the
   next table and after the last to the button that saves. No more empty rows than one are shown; below the targets
   stand their sum and how many they are, in all and in each organ. */

const tables = [...document.querySelectorAll("[data-lesion-rows]")];

function fields(row) {
  return [...row.querySelectorAll("select, input:not([type=hidden])")];
}

function firstOf(table) {
  return table?.querySelector("tbody tr select");
}

function rowsOf(table) {
  return [...table.querySelectorAll("tbody tr:has(select)")];
}

function filled(table) {
  return rowsOf(table).filter((row) => fields(row).some((each) => each.value));
}

function showRows(table) {
  const rows = rowsOf(table);
  const last = rows.indexOf(filled(table).at(-1));
  rows.forEach((row, place) => { row.hidden = place > last + 1; });
}

function sayHowMany(table) {
  const line = table.querySelector("[data-so-far]");
  if (!line) return;
  const lesions = filled(table);
  if (!lesions.length) { line.textContent = ""; return; }
  const organs = new Map();
  for (const { selectedOptions: [organ] } of lesions.map((row) => row.querySelector("select"))) {
    if (organ.value) organs.set(organ.text, (organs.get(organ.text) ?? 0) + 1);
  }
  const sizes = lesions.map((row) => row.querySelector("[name$=longest_diameter_mm]").value.trim().replace(",", "."));
  const sum = sizes.reduce((total, size) => total + Math.round(Number(size) * 100), 0) / 100;
  const words = sizes.every((size) => Number(size) > 0) ? `${sum} mm` : "incomplete";
  const { sumWords, inAll, perOrgan } = line.dataset;
  line.textContent = [`${sumWords}: ${words}`, `${lesions.length} of at most ${inAll} targets`,
    ...[...organs].map(([organ, count]) => `${organ} ${count} of at most ${perOrgan}`)].join(" · ");
}

for (const table of tables) {
  table.addEventListener("input", () => showRows(table));
  // A draft that is put back says so at the form.
  table.closest("form").addEventListener("change", () => { showRows(table); sayHowMany(table); });
  showRows(table);
  sayHowMany(table);
  table.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest("tbody tr");
    if (!row) return;
    event.preventDefault();
    const own = fields(row);
    const place = own.indexOf(event.target);
    const empty = own.every((each) => !each.value);
    const rows = rowsOf(table);
    const next = rows[rows.indexOf(row) + 1];
    const beyond = firstOf(tables[tables.indexOf(table) + 1]) ?? document.querySelector("[data-save-next]");
    const goal = empty ? beyond : place < own.length - 1 ? own[place + 1] : next ? fields(next)[0] : beyond;
    goal?.focus();
    goal?.select?.();
  });
}
