/* The lesions of the baseline by keyboard: Enter at the end of a row goes to the next one, in an empty row on to the
   next table and after the last to the button that saves. */

const tables = [...document.querySelectorAll("[data-lesion-rows]")];

function fields(row) {
  return [...row.querySelectorAll("select, input:not([type=hidden])")];
}

function firstOf(table) {
  return table?.querySelector("tbody tr select");
}

for (const table of tables) {
  table.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest("tbody tr");
    if (!row) return;
    event.preventDefault();
    const own = fields(row);
    const place = own.indexOf(event.target);
    const empty = own.every((each) => !each.value);
    const rows = [...table.querySelectorAll("tbody tr:has(select)")];
    const next = rows[rows.indexOf(row) + 1];
    const beyond = firstOf(tables[tables.indexOf(table) + 1]) ?? document.querySelector("[data-save-next]");
    const goal = empty ? beyond : place < own.length - 1 ? own[place + 1] : next ? fields(next)[0] : beyond;
    goal?.focus();
    goal?.select?.();
  });
}
