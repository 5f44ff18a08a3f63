/* In the checklist y and n answer the criterion in focus and move on to the next field; nothing is answered in bulk.
   Enter in a laboratory value goes to its upper limit or to the next criterion, past the date that only a value of its
   own day needs. */

function fieldAfter(group) {
  const fields = [...group.closest("form").querySelectorAll("input:not([type=hidden]), button")];
  const inside = [...group.querySelectorAll("input")];
  const last = Math.max(...inside.map((each) => fields.indexOf(each)));
  return fields[last + 1];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const answer = { y: "yes", n: "no" }[event.key.toLowerCase()];
  const group = event.target.closest?.("[data-checklist-item]");
  if (!answer || !group) return;
  event.preventDefault();
  const chosen = group.querySelector(`input[value="${answer}"]`);
  chosen.checked = true;
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
  fieldAfter(group)?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.matches?.("td input:not([type=radio])") && event.target.closest("tr");
  if (!row) return;
  event.preventDefault();
  const limit = event.target.name.startsWith("measured_") && row.querySelector("input[name^=limit_]");
  const below = row.nextElementSibling?.querySelector("input") ?? event.target.closest("form").querySelector("button[type=submit]");
  const next = limit || below;
  next.focus();
});
