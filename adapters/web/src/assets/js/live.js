// Follows the server: when it says that something changed, the parts of the page that are marked `data-live` are asked
// for again and put in place. Without it every page still works, and is reloaded by hand.

const PAUSE = 250;
let asked = false;
let again = false;
// What the server said last of each part, so that only what changed is put in place.
const shown = new WeakMap();

async function refresh() {
  if (asked) {
    again = true;
    return;
  }
  asked = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
    if (answer.ok) {
      put(new DOMParser().parseFromString(await answer.text(), "text/html"));
      offline(false);
    } else if (answer.status === 403) {
      offline(true);
    }
  } catch {
    offline(true);
  }
  setTimeout(() => {
    asked = false;
    if (again) {
      again = false;
      refresh();
    }
  }, PAUSE);
}

// What somebody is typing in is left alone.
function put(fresh) {
  for (const part of document.querySelectorAll("[data-live][id]")) {
    const other = fresh.getElementById(part.id);
    if (!other || other.innerHTML === shown.get(part) || isTypedIn(part)) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    part.innerHTML = other.innerHTML;
    shown.set(part, other.innerHTML);
    const ended = other.hasAttribute("data-ended");
    if (ended && !part.hasAttribute("data-ended")) finished(part);
    part.toggleAttribute("data-ended", ended);
    if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }
}

function isTypedIn(part) {
  const fields = [...part.querySelectorAll("input:not([type=hidden]), select, textarea")];
  return fields.some((field) => field === document.activeElement || field.value !== (field.defaultValue ?? field.value));
}

// The result of a job is where a person wants to go on.
function finished(part) {
  document.querySelectorAll("[data-while-running]").forEach((hint) => hint.remove());
  part.setAttribute("tabindex", "-1");
  part.focus();
}

function offline(is) {
  const sign = document.getElementById("offline");
  if (sign) sign.hidden = !is;
}

export function follow() {
  for (const part of document.querySelectorAll("[data-live][id]")) shown.set(part, part.innerHTML);
  const events = new EventSource("/events");
  events.addEventListener("message", refresh);
  events.addEventListener("error", () => offline(true));
  events.addEventListener("open", () => offline(false));
  // A page that goes away gives its connection back: a browser has six of them for a site.
  addEventListener("pagehide", () => events.close());
}
