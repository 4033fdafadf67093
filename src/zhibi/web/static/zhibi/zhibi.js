// Behaviours named by data-attributes (docs/web/look.md). Without it forms post and links lead.
"use strict";
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const menus = () => all("details.menu[open]");
const messages = document.getElementById("messages");
const search = document.getElementById("search");

function tell(text, kind = "") {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  messages.replaceChildren(line);
}

function askFirst(event, element, goOn) {
  if (element.dataset.sure) return delete element.dataset.sure;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = document.getElementById("confirm");
  dialog.querySelector("p").textContent = element.dataset.confirm;
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    element.dataset.sure = 1;
    goOn();
  };
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const asking = event.target.closest("[data-confirm]:not(form)");
  if (asking) askFirst(event, asking, () => asking.click());
}, true);
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.dataset.confirm) askFirst(event, form, () => form.requestSubmit(submitter));
}, true);

async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.value ?? element.textContent);
  } catch { // only pages over HTTPS have a clipboard
    if (element.select) element.select();
    else getSelection().selectAllChildren(element);
    document.execCommand("copy");
  }
  tell(messages.dataset.copied);
}

function setTheme(button) {
  const theme = button.value;
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
  all("[data-set-theme]").forEach((one) => one.setAttribute("aria-pressed", one === button));
}

document.addEventListener("click", (event) => {
  const of = (selector) => event.target.closest(selector);
  const copied = of("[data-copy]");
  const opens = of("[data-dialog]");
  const theme = of("[data-set-theme]");
  if (opens || theme) event.preventDefault();
  if (copied) copy(document.querySelector(copied.dataset.copy));
  if (opens) document.querySelector(opens.dataset.dialog).showModal();
  if (theme) setTheme(theme);
  if (of("[data-close]")) of("dialog")?.close();
  for (const menu of menus()) menu.open = menu.contains(event.target);
});

// Said before it is sent: the server refuses it only after a long wait
function weigh(input) {
  const bytes = [...input.files].reduce((sum, file) => sum + file.size, 0);
  input.setCustomValidity(bytes > input.dataset.mostBytes ? input.dataset.tooLarge : "");
  input.reportValidity();
}

document.addEventListener("change", ({ target }) => {
  if (target.dataset.mostBytes) weigh(target);
  if (target.closest("[data-submit-on-change]")) target.form.requestSubmit();
  const name = target.dataset.selectAll ?? target.name;
  const whole = name && document.querySelector(`[data-select-all="${CSS.escape(name)}"]`);
  if (!whole) return;
  const boxes = all(`input[type=checkbox][name="${CSS.escape(name)}"]`);
  if (target === whole) boxes.forEach((box) => { box.checked = whole.checked; });
  const chosen = boxes.filter((box) => box.checked).length;
  whole.checked = chosen > 0 && chosen === boxes.length;
  whole.indeterminate = chosen > 0 && chosen < boxes.length;
});

// Search: / goes there, arrows choose, Enter opens
function choose(options, at) {
  options.forEach((option, i) => {
    option.id = `suggestion-${i}`;
    option.setAttribute("aria-selected", i === at);
  });
  search.setAttribute("aria-activedescendant", options[at]?.id ?? "");
  options[at]?.scrollIntoView({ block: "nearest" });
}

search?.addEventListener("keydown", (event) => {
  const list = document.getElementById("suggestions");
  const options = all("[role=option]", list);
  const at = options.findIndex((option) => option.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const places = options.length + 1; // one more: none chosen
  if (step && options.length) choose(options, (at + 1 + step + places) % places - 1);
  else if (event.key === "Enter" && at >= 0) options[at].click();
  else {
    if (event.key === "Escape") {
      list.replaceChildren();
      search.setAttribute("aria-expanded", false);
    }
    return;
  }
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select");
  if (event.key === "/" && search && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.select();
  }
  if (event.key === "Escape") for (const menu of menus()) {
    menu.open = false;
    menu.firstElementChild.focus();
  }
});

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "suggestions") {
    search.setAttribute("aria-expanded", target.childElementCount > 0);
    choose(all("[role=option]", target), -1);
  }
  target.querySelector?.("[data-autofocus]")?.focus();
});

// What is asked again every second is said only when it changes
function sayHowFar() {
  const line = document.querySelector("[data-said]")?.textContent.trim() ?? "";
  const said = document.getElementById("said");
  if (said.textContent !== line) said.textContent = line;
}
document.addEventListener("htmx:afterSettle", sayHowFar);
setTimeout(sayHowFar, 500); // what stands there at first is not said

// Whoever acted from within what is replaced goes on in what replaces it
let goesOn = false;
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  goesOn = target.contains(document.activeElement) && document.activeElement !== document.body;
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!goesOn || document.activeElement !== document.body) return;
  const place = target.querySelector("input:not([type=hidden]), select, textarea") ?? target;
  if (place === target) place.tabIndex = -1;
  place.focus();
});

document.addEventListener("htmx:sendError", () => tell(messages.dataset.offline, "error"));
document.querySelector("[data-autofocus]")?.focus();

// The open tab is seen where not all fit
for (const tab of all("nav.tabs [aria-current]")) tab.closest("nav").scrollLeft = tab.offsetLeft - 80;

// A table wider than its place is reached by keyboard too
const nameOf = (box) => box.querySelector("caption") ?? box.closest("section")?.querySelector("h2")
  ?? document.querySelector("h1");
function reach() {
  const wide = (box) => box.scrollWidth > box.clientWidth;
  for (const box of all(".scroll:not([tabindex])").filter(wide)) {
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", nameOf(box)?.textContent.trim() ?? "");
  }
}
for (const when of ["htmx:afterSwap", "toggle"]) document.addEventListener(when, reach, true);
addEventListener("resize", reach);
reach();

// What was typed survives a submit that failed
const kept = sessionStorage;
const fields = (form) => all("textarea, input", form).filter((field) => field.name
  && /^(text|textarea|search|number|date|email|tel|url|datetime-local)$/.test(field.type));

document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (defaultPrevented || form.method !== "post") return;
  const typed = fields(form).map((field) => [field.name, field.value]);
  const action = form.getAttribute("action");
  kept.typed = JSON.stringify({ page: location.pathname, action, typed });
});

function bringBack({ page, action, typed }) {
  if (page !== location.pathname) return;
  kept.removeItem("failed");
  const form = all("form[method=post]").find((one) => one.getAttribute("action") === action);
  const values = new Map(typed);
  if (form) for (const field of fields(form)) field.value ||= values.get(field.name) ?? "";
}
if (document.querySelector("main[data-failed]")) kept.failed = kept.typed ?? kept.failed ?? "";
else if (kept.failed) bringBack(JSON.parse(kept.failed));
kept.removeItem("typed");
