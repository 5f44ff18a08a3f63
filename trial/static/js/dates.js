/* Dates are written DD-MMM-YYYY. In a [data-date] field `t` means today, ↑ and ↓ move a day, and 12feb2006 becomes
   12-FEB-2006 and t-3 three days ago when the field is left or its form goes out. Numbers that can be read in two ways are left alone:
   03/04/2006 could be March or April. A whole date that is none of the calendar is said at once. */

const NAMES = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
  "november", "december"];
const DAY_MS = 86_400_000;
const MONTHS = NAMES.map((name) => name.slice(0, 3).toUpperCase());

function written(day, month, year) {
  const date = new Date(Date.UTC(year, month - 1, day));
  // A year below 1000 is a slip: it stays as typed, for the server to refuse in words.
  if (year < 1000 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return `${String(day).padStart(2, "0")}-${MONTHS[month - 1]}-${year}`;
}

/** The date in the one notation, or null when the text can be read in two ways or is no date. */
export function normalised(text) {
  // The t of t-3 has become today by the time that the rest is typed; another day with days off is left to the server.
  const off = /^ *(t|[0-9]{2}-[a-z]{3}-[0-9]{4})([+-][0-9]{1,3}) *$/i.exec(text);
  if (off) return off[1].length === 1 || off[1].toUpperCase() === today() ? today(Number(off[2])) : null;
  const named = /^ *([0-9]{1,2})[ ./-]*([a-z]{3,9})[ ./-]*([0-9]{4}) *$/i.exec(text);
  if (named) {
    const month = NAMES.findIndex((name) => name.startsWith(named[2].toLowerCase())) + 1;
    return month ? written(Number(named[1]), month, Number(named[3])) : null;
  }
  const iso = /^ *([0-9]{4})(-?)([0-9]{2})\2([0-9]{2}) *$/.exec(text);
  if (iso) return written(Number(iso[4]), Number(iso[3]), Number(iso[1]));
  const digits = /^ *([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}) *$/.exec(text);
  if (!digits) return null;
  const [one, other, year] = digits.slice(1).map(Number);
  if (one <= 12 && other <= 12 && one !== other) return null;
  return one > 12 ? written(one, other, year) : written(other, one, year);
}

function put(field, text) {
  if (field.value === text) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The day at the site: the server's instant when it made the page, how far the site's clock is from UTC, and the time
    since. The clock of this machine, which may be wrong, is not asked. */
function today(days = 0) {
  const { now: made, secondsFromUtc } = document.body.dataset;
  const now = new Date((Number(made) + Number(secondsFromUtc)) * 1000 + performance.now() + days * DAY_MS);
  return written(now.getUTCDate(), now.getUTCMonth() + 1, now.getUTCFullYear());
}

/** The day before or after a complete date; null for any other text. */
function moved(text, days) {
  const [, day, month, year] = /^([0-9]{2})-([A-Z]{3})-([0-9]{4})$/.exec(normalised(text) ?? "") ?? [];
  if (!day) return null;
  const to = new Date(Date.UTC(Number(year), MONTHS.indexOf(month), Number(day)) + days * DAY_MS);
  return written(to.getUTCDate(), to.getUTCMonth() + 1, to.getUTCFullYear());
}

document.addEventListener("keydown", (event) => {
  const days = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  const to = days && event.target.matches?.("[data-date]:not([readonly])") && moved(event.target.value, days);
  if (!to || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  event.preventDefault();
  put(event.target, to);
});

document.addEventListener("keydown", (event) => {
  const plain = !(event.ctrlKey || event.metaKey || event.altKey);
  if (!plain || event.key.toLowerCase() !== "t" || !event.target.matches?.("[data-date]")) return;
  // Only in an empty or wholly selected field: the t of "oct" must stay a letter.
  const field = event.target;
  const selected = field.selectionStart === 0 && field.selectionEnd === field.value.length;
  if (field.readOnly || (field.value !== "" && !selected)) return;
  event.preventDefault();
  put(field, today());
});

/** Puts the field into the one notation; null where its text is left as typed. */
function tidied(field) {
  const text = normalised(field.value);
  if (text) put(field, text);
  return text;
}

// Enter and the shortcuts send a form whose field in focus has not been left.
document.addEventListener("submit", (event) => event.target.querySelectorAll("[data-date]").forEach(tidied), true);

document.addEventListener("focusout", (event) => {
  if (!event.target.matches?.("[data-date]")) return;
  const field = event.target;
  const text = tidied(field);
  field.parentElement.querySelector("[data-date-said]")?.remove();
  const whole = /^ *[0-9]{1,2}[ ./-]*([a-z]{3}|[0-9]{1,2})[ ./-]*[0-9]{4} *$/i.exec(field.value);
  if (text || !whole) return;
  const said = document.createElement("span");
  said.className = "text-danger";
  said.dataset.dateSaid = "";
  said.setAttribute("role", "alert");
  said.textContent = isNaN(whole[1]) ? `${field.value} is not a calendar date.` : `Type ${field.value} as 12-FEB-2006.`;
  field.after(said);
});
