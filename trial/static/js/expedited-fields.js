/* What an expedited report needs to know is asked when it may be needed: for a serious event, and where grade and
   attribution let the rules in force ask for a report. The rules come with the page (data-reports: "grade:attribution:
   expectedness"). What holds a value or a message stays in view; without scripts every field does. */

const frame = document.querySelector("[data-reports]");
const asking = (frame?.dataset.reports ?? "").split(" ").filter(Boolean);

function field(name) { return document.getElementById(`id_${name}`); }

function mayBeAsked(expectedness) {
  const attribution = field("attribution").value;
  const related = attribution === "" ? "" : Number(attribution) >= 3 ? "related" : "unrelated";
  const key = `${field("grade").value}:${related}:`;
  const both = ["expected", "unexpected"].filter((each) => asking.includes(key + each));
  return expectedness ? both.includes(expectedness) : both.length;
}

function show(name, wanted) {
  const box = field(name)?.closest(".field");
  if (box) box.hidden = !wanted && !field(name).value && !box.querySelector(".invalid-feedback");
}

function settle() {
  const serious = !["", "no"].includes(field("seriousness").value);
  const answer = field("expectedness").value;
  const expectedness = answer === "pending" ? "" : answer;
  show("expectedness", serious || mayBeAsked("") > 0);
  const clock = serious || (expectedness ? mayBeAsked(expectedness) : mayBeAsked("") === 2);
  for (const name of ["hospital_stay", "aware_on", "aware_time"]) show(name, clock);
}

if (frame) {
  for (const name of ["grade", "attribution", "seriousness", "expectedness"]) field(name)?.addEventListener("change", settle);
  settle();
}
