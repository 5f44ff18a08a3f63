/* The term of an adverse event: typing asks the dictionary, arrows and Enter choose. Only grades that the term has stay
   open, and what each means stands below; a click on one chooses it. Without scripts the typed words are looked up when
   the form is sent, and the page then shows what the grades mean. */

const box = document.querySelector("[data-terms-url]");
const list = document.getElementById("terms");
const term = document.getElementById("id_term");
const select = document.getElementById("id_select");
const grade = document.getElementById("id_grade");
const criteria = document.getElementById("criteria");
let asked = 0;
let timer = 0;

function options() { return [...list.querySelectorAll("[data-term]")]; }
function current() { return options().findIndex((each) => each.getAttribute("aria-selected") === "true"); }

function mark(place) {
  const all = options();
  all.forEach((each, index) => each.setAttribute("aria-selected", String(index === place)));
  if (all[place]) { box.setAttribute("aria-activedescendant", all[place].id); all[place].scrollIntoView({ block: "nearest" }); }
}

function show(open) {
  list.hidden = !open;
  box.setAttribute("aria-expanded", String(open));
  if (!open) box.removeAttribute("aria-activedescendant");
}

function offerGrades(grades) {
  for (const option of grade.options) option.hidden = option.disabled = option.value !== "" && !grades.includes(option.value);
  if (grade.selectedOptions[0]?.disabled) grade.value = "";
  grade.dispatchEvent(new Event("change", { bubbles: true }));  // the term may have taken the grade away
}

function markGrade() {
  for (const each of criteria.querySelectorAll("[data-grade]")) each.classList.toggle("is-chosen", each.dataset.grade === grade.value);
}

function choose(option) {
  term.value = option.dataset.term;
  select.value = option.dataset.select;
  box.value = option.firstElementChild.textContent;
  criteria.innerHTML = option.querySelector("[data-criteria]").innerHTML;
  offerGrades(option.dataset.grades);
  show(false);
  grade.focus();
}

async function ask() {
  const mine = ++asked;
  const answer = await fetch(`${box.dataset.termsUrl}?q=${encodeURIComponent(box.value)}`, { headers: { "HX-Request": "true" } });
  if (mine !== asked || !answer.ok) return;
  list.innerHTML = await answer.text();
  show(list.children.length > 0);
  mark(0);
}

box?.addEventListener("input", () => {
  // What was chosen no longer stands once other words are typed.
  term.value = select.value = "";
  criteria.innerHTML = "";
  clearTimeout(timer);
  timer = setTimeout(ask, 80);
});
box?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { show(false); return; }
  if (list.hidden) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const count = options().length;
    mark((current() + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
  }
  if (event.key === "Enter" && current() >= 0) { event.preventDefault(); choose(options()[current()]); }
});
list?.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-term]");
  if (option) { event.preventDefault(); choose(option); }
});

grade?.addEventListener("change", markGrade);
criteria?.addEventListener("click", (event) => {
  const each = event.target.closest("[data-grade]");
  if (!each || grade.closest("fieldset[disabled]")) return;
  grade.value = each.dataset.grade;
  grade.dispatchEvent(new Event("change", { bubbles: true }));
});
if (criteria?.dataset.grades) offerGrades(criteria.dataset.grades);
