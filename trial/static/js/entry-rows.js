/* Enter in a table of entries goes to the same box of the next row, which the table names (data-enter: its selector), with
   Shift to that of the row before; it never saves. Below the last row it goes to the button that saves. */

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.matches?.("input, select") && event.target.closest("[data-enter] tbody tr");
  if (!row) return;
  event.preventDefault();
  const box = row.closest("[data-enter]").dataset.enter;
  const rows = [...document.querySelectorAll("[data-enter] tbody tr")]
    .filter((each) => each.querySelector(box) && !each.closest("details:not([open])"));
  const next = rows[rows.indexOf(row) + (event.shiftKey ? -1 : 1)]?.querySelector(box);
  if (next) { next.focus(); next.select?.(); }
  else if (!event.shiftKey) event.target.closest("form").querySelector(".form-actions button")?.focus();
});
