// The few behaviours of pages, named by data-attributes (docs/web/look.md). Without this file
// forms still post and links still lead.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const messages = () => document.getElementById("messages");

function tell(text, kind = "") {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  messages().replaceChildren(line);
}

// --- Asking first -------------------------------------------------------------------------
function askFirst(event, element, goOn) {
  if (element.dataset.sure) {
    delete element.dataset.sure;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = document.getElementById("confirm");
  dialog.querySelector("p").textContent = element.dataset.confirm;
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    element.dataset.sure = "1";
    goOn();
  };
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const asking = event.target.closest("[data-confirm]:not(form)");
  if (asking) askFirst(event, asking, () => asking.click());
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm) askFirst(event, form, () => form.requestSubmit(event.submitter));
}, true);

// --- Clicks and changes -------------------------------------------------------------------
async function copy(element) {
  const text = element.value ?? element.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // only pages over HTTPS have a clipboard
    const area = document.createElement("textarea");
    area.value = text;
    element.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  tell(messages().dataset.copied);
}

document.addEventListener("click", (event) => {
  const of = (selector) => event.target.closest(selector);
  const copied = of("[data-copy]");
  if (copied) copy(document.querySelector(copied.dataset.copy));
  const opens = of("[data-dialog]");
  if (opens) {
    event.preventDefault();
    document.querySelector(opens.dataset.dialog).showModal();
  }
  if (of("[data-close]")) of("dialog")?.close();
  const theme = of("[data-set-theme]");
  if (theme) setTheme(event, theme);
  all("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
});

function setTheme(event, button) {
  event.preventDefault();
  const theme = button.dataset.setTheme;
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
  all("[data-set-theme]").forEach((one) => one.setAttribute("aria-pressed", one === button));
}

document.addEventListener("change", (event) => {
  const changed = event.target;
  if (changed.closest("[data-submit-on-change]")) changed.form.requestSubmit();
  const name = changed.dataset.selectAll;
  if (name) {
    for (const box of all(`input[type=checkbox][name="${name}"]`)) {
      if (box.checked === changed.checked) continue;
      box.checked = changed.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return;
  }
  const whole = document.querySelector(`[data-select-all="${CSS.escape(changed.name ?? "")}"]`);
  if (!whole) return;
  const boxes = all(`input[type=checkbox][name="${changed.name}"]`);
  const chosen = boxes.filter((box) => box.checked).length;
  whole.checked = chosen === boxes.length;
  whole.indeterminate = chosen > 0 && chosen < boxes.length;
});

// --- Search: `/` goes there, arrows choose, Enter opens -----------------------------------
const search = document.getElementById("search");

function choose(options, at) {
  options.forEach((option, i) => {
    option.id ||= `suggestion-${i}`;
    option.setAttribute("aria-selected", i === at);
  });
  if (at < 0) search.removeAttribute("aria-activedescendant");
  else search.setAttribute("aria-activedescendant", options[at].id);
  options[at]?.scrollIntoView({ block: "nearest" });
}

function keyInSearch(event) {
  const options = all("#suggestions [role=option]");
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) {
    event.preventDefault();
    // One place more than options: where only what was typed counts.
    choose(options, ((at + 1 + step + options.length + 1) % (options.length + 1)) - 1);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    options[at].click();
  } else if (event.key === "Escape") {
    document.getElementById("suggestions").replaceChildren();
    search.setAttribute("aria-expanded", "false");
    choose([], -1);
  }
}

search?.addEventListener("keydown", keyInSearch);
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape") all("details.menu[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

// --- htmx ---------------------------------------------------------------------------------
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "suggestions") {
    search.setAttribute("aria-expanded", target.childElementCount > 0);
    search.removeAttribute("aria-activedescendant");
  }
  target.querySelector?.("[data-autofocus]")?.focus();
});
document.addEventListener("htmx:sendError", () => tell(messages().dataset.offline, "error"));
document.querySelector("[data-autofocus]")?.focus();

// --- What was typed survives a failed submit ----------------------------------------------
const KEPT = "zhibi-typed";
const fields = (form) => all("textarea, input:not([type=password], [type=hidden], [type=file], "
  + "[type=checkbox], [type=radio])", form).filter((field) => field.name);

document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (defaultPrevented || form.method !== "post") return;
  const typed = Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
  const kept = { page: location.pathname, form: form.getAttribute("action") ?? "", typed };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
});

(function bringBack() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!kept) return;
  if (document.querySelector("main[data-failed]")) {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, failed: true }));
    return;
  }
  if (kept.failed && kept.page !== location.pathname) return; // on the way back to the form
  sessionStorage.removeItem(KEPT);
  if (!kept.failed) return;
  for (const form of all("form[method=post]")) {
    if ((form.getAttribute("action") ?? "") !== kept.form) continue;
    for (const field of fields(form)) {
      if (field.name in kept.typed && !field.value) field.value = kept.typed[field.name];
    }
  }
})();
