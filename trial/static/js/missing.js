/* A value and its missing-value reason. F2 in a field opens the list of reasons why its value is missing.
   The field names its list: <input data-missing="id_of_the_select">; without scripts the list simply stays in view. */

function reasonOf(field) {
  return field.dataset?.missing ? document.getElementById(field.dataset.missing) : null;
}

function frameOf(reason) {
  return reason.closest("[data-missing-frame]") ?? reason;
}

function foldAway(root) {
  for (const field of root.querySelectorAll("[data-missing]")) {
    const reason = reasonOf(field);
    // A reason already given, or one with an error beside it, stays in view.
    if (reason && !reason.value && !reason.matches(".is-invalid, [aria-invalid='true']")) frameOf(reason).hidden = true;
  }
}

document.addEventListener("keydown", (event) => {
  const reason = event.key === "F2" ? reasonOf(event.target) : null;
  if (!reason) return;
  event.preventDefault();
  frameOf(reason).hidden = false;
  reason.focus();
});

/* A value and the reason why it is missing exclude each other: what is entered last counts, and clears the other. */
function other(field) {
  const fields = field.form?.elements;
  if (!fields || !field.name) return null;
  return field.name.endsWith("_missing") ? fields[field.name.slice(0, -"_missing".length)] : fields[`${field.name}_missing`];
}

document.addEventListener("input", (event) => {
  const beside = event.target.value?.trim() ? other(event.target) : null;
  if (!beside?.value) return;
  beside.value = "";
  beside.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("htmx:load", (event) => foldAway(event.target));
foldAway(document);
