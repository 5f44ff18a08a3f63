/* Typing narrows a table to the rows whose first cells hold every typed word; nothing is asked of the server. Enter
   opens the only row that is left. */

const CELLS = 4;

for (const box of document.querySelectorAll("[data-filter-rows]")) {
  const rows = [...document.querySelectorAll(`${box.dataset.filterRows} tbody tr`)]
    .map((row) => [row, [...row.cells].slice(0, CELLS).map((cell) => cell.textContent).join(" ").toLowerCase()]);
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [row, text] of rows) row.hidden = !words.every((word) => text.includes(word));
  });
  box.addEventListener("keydown", (event) => {
    const left = rows.filter(([row]) => !row.hidden);
    if (event.key !== "Enter" || left.length !== 1) return;
    event.preventDefault();
    left[0][0].querySelector("th a, td a")?.click();
  });
}
