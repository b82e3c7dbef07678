// The picture of what would be kept follows what is typed; without it a button shows the same.

const PAUSE = 150;
const form = document.getElementById("policy");
const picture = document.getElementById("picture");
const told = document.getElementById("told");
let waiting;
let asked = 0;

async function draw() {
  const number = ++asked;
  const wanted = new URLSearchParams(new FormData(form));
  // The secret of the form has no business in an address.
  wanted.delete("csrf");
  try {
    const answer = await fetch(`${form.dataset.picture}?${wanted}`);
    if (!answer.ok || number !== asked) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    picture.replaceChildren(...fresh.body.childNodes);
    // Who listens hears what it comes to, and not every row again.
    told.textContent = [...picture.querySelectorAll("[data-summary]")].map((summary) => summary.textContent).join(" ");
  } catch {
    // The sign that the program is gone is shown already.
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(draw, PAUSE);
});
document.getElementById("look").hidden = true;
