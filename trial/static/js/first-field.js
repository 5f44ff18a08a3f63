/* Where typing begins: the summary of errors, which links to its fields; else the first field that was refused, the one
   that the address names, a choice marked data-first, or the first field of a new entry that is empty or holds no more than a proposal. */

const form = document.querySelector("form[data-save]");
const FIELDS = "input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea";

function visible(field) {
  return !field.disabled && field.offsetParent !== null;
}

function isNew() {
  return form.matches("[data-new]") || form.elements.opened_at?.value === "0";
}

function refused() {
  const words = form.querySelector(".invalid-feedback");
  return words?.parentElement.querySelector(FIELDS);
}

// A link can ask for a field by its name: what is missing is answered there.
function named() {
  const field = document.getElementById(window.location.hash.slice(1));
  return field?.matches(FIELDS) && form.contains(field) && visible(field) ? field : null;
}

if (form && !document.querySelector("[autofocus]")) {
  const first = document.getElementById("errors") ?? refused() ?? named() ?? form.querySelector("[data-first]") ?? (isNew() && [...form.querySelectorAll(FIELDS)].find((each) => visible(each) && (!each.value || "proposed" in each.dataset)));
  if (first) first.focus();
  // What is proposed is looked at, and typing replaces it.
  if (first && "proposed" in first.dataset) first.select();
}
