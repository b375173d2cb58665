// The page's elements, what it says, and its two dialogs: choosing a code, filling in a form.

export const $ = (id) => document.getElementById(id);

export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("aria-") || name === "role" || name === "for" || name === "list") made.setAttribute(name, value);
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export const button = (label, run, props = {}) => el("button", { type: "button", class: "quiet", onclick: run, ...props }, label);

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("fr-FR")} ${count > 1 ? many : one}`;
export const percent = (share) => `${Math.round(share * 100)} %`;
// The beginning of a long text, for a list.
export const short = (text) => { const points = [...text]; return points.length > 180 ? `${points.slice(0, 180).join("").trimEnd()}…` : text; };
// Words of people that may be very long: they scroll in their box, by keyboard too.
export function said(tag, text, props = {}) {
  const isHuge = text.length > 1500;
  return el(tag, { dir: "auto", ...props, class: isHuge ? "huge" : "", tabIndex: isHuge ? 0 : null, role: isHuge ? "region" : null, "aria-label": isHuge ? "Passage" : null }, text);
}
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Draw a list again without losing the place of whoever is in it by keyboard.
export function keepFocus(list, draw) {
  const controls = () => [...list.querySelectorAll("button")], at = controls().indexOf(document.activeElement);
  draw();
  if (at >= 0) controls()[Math.min(at, controls().length - 1)]?.focus();
}

let toastTimer;
export function toast(message, isError = false) {
  clearTimeout(toastTimer);
  $("toast").className = isError ? "error" : "";
  $("toast").textContent = message;
  toastTimer = setTimeout(() => { $("toast").textContent = ""; }, isError ? 12000 : 3000);
}

// Said as long as it takes, until the next message.
export function wait(message) { toast(message); clearTimeout(toastTimer); }

// Said to a screen reader only.
export function say(message) { $("said").textContent = message; }

// A trouble that lasts (the server is stopped, the codebook cannot be read): shown until it is over.
export function banner(id, message) {
  $(id).hidden = !message;
  if ($(id).textContent !== message) $(id).textContent = message;
}

// ── dialogs ───────────────────────────────────────────────────────────────────────────────────────────────────

// Typing a few letters of a code's name, theme or id; gives the id, or null. A name that no code has may be created on the way.
export function pick(title, codes, create) {
  return new Promise((resolve) => {
    const dialog = $("picker"), input = $("picker-query"), list = $("picker-list");
    const known = codes.map((code) => [fold(`${code.label} ${code.theme} ${code.id}`), code]);
    let shown = [], at = 0;
    $("picker-title").textContent = title; input.value = "";
    const draw = () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      shown = known.filter(([text]) => words.every((word) => text.includes(word))).map(([, code]) => code);
      shown.sort((a, b) => rank(a, words) - rank(b, words));
      at = Math.min(at, Math.max(0, shown.length - 1));
      list.replaceChildren(...shown.map((code, i) => {
        const item = el("li", { role: "option", id: `option-${i}`, title: code.definition, onclick: () => done(code.id) }, code.label, el("small", {}, code.theme));
        item.style.borderLeftColor = code.colour;
        return item;
      }));
      const name = input.value.trim();
      if (name && !shown.some((code) => fold(code.label) === fold(name))) {
        shown.push({ create: name });
        list.append(el("li", { role: "option", id: `option-${shown.length - 1}`, onclick: () => done(create(name)) }, `Créer le code « ${name} »…`));
      }
      choose(at);
    };
    const choose = (to) => {
      list.children[at]?.setAttribute("aria-selected", "false");
      at = to;
      for (const item of list.children) if (!item.hasAttribute("aria-selected")) item.setAttribute("aria-selected", "false");
      if (shown.length) list.children[at].setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", shown.length ? `option-${at}` : "");
      list.children[at]?.scrollIntoView({ block: "nearest" });
    };
    const keys = (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); if (shown.length) choose(Math.min(shown.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))); }
      else if (event.key === "Enter") { event.preventDefault(); if (shown[at]) done(shown[at].create ? create(shown[at].create) : shown[at].id); }
    };
    const typed = () => { at = 0; draw(); };
    const closed = () => done(null);
    function done(value) {
      input.removeEventListener("keydown", keys); input.removeEventListener("input", typed); dialog.removeEventListener("close", closed);
      if (dialog.open) dialog.close();
      resolve(value);
    }
    input.addEventListener("keydown", keys); input.addEventListener("input", typed); dialog.addEventListener("close", closed);
    draw(); dialog.showModal(); input.focus();
  });
}

// A name that begins with what was typed comes first.
const rank = (code, words) => (words.length && fold(code.label).startsWith(words[0]) ? 0 : 1);

// A form. `send` may refuse what was given with a sentence, and the form stays open; `preview` shows what will be done.
export function question(title, fields, { ok = "Enregistrer", preview = null, send = null, intro = null } = {}) {
  return new Promise((resolve) => {
    const dialog = $("ask"), body = $("ask-body"), inputs = {};
    dialog.classList.toggle("wide", fields.length > 6);
    $("ask-title").textContent = title; $("ask-error").textContent = ""; $("ask-ok").textContent = ok;
    body.replaceChildren(...(intro ? [intro] : []), ...fields.map((field) => {
      const input = control(field);
      inputs[field.id] = input;
      const extra = field.offered ? el("datalist", { id: `offered-${field.id}` }, ...field.offered.map((value) => el("option", { value }))) : null;
      if (field.check) return el("label", { class: "check" }, input, " ", field.label);
      input.id = `ask-${field.id}`;
      if (field.hint) input.setAttribute("aria-describedby", `hint-${field.id}`);
      return el("div", { class: field.long ? "field long" : "field" }, el("label", { for: input.id }, field.label), input, extra, field.hint ? el("small", { id: `hint-${field.id}` }, field.hint) : null);
    }));
    const given = () => Object.fromEntries(Object.entries(inputs).map(([id, input]) => [id, input.type === "checkbox" ? input.checked : input.value]));
    if (preview) {
      const count = el("p", { class: "hint", role: "status" }), list = el("ul", { class: "preview" });
      const draw = () => { const { said, lines } = preview(given()); count.textContent = said; list.replaceChildren(...lines.slice(0, 40).map((line) => el("li", {}, line)), ...(lines.length > 40 ? [el("li", {}, `… et ${lines.length - 40} autres`)] : [])); };
      body.append(count, list); body.onchange = draw; draw();
    } else body.onchange = null;
    const accept = async () => {
      const refusal = send ? await send(given()) : null;
      if (refusal) $("ask-error").textContent = refusal; else done(given());
    };
    const keys = (event) => { if (event.key === "Enter" && (event.ctrlKey || event.target.tagName === "INPUT")) { event.preventDefault(); accept(); } };
    const cancel = () => done(null);
    function done(value) {
      $("ask-ok").removeEventListener("click", accept); $("ask-cancel").removeEventListener("click", cancel); dialog.removeEventListener("close", cancel); body.removeEventListener("keydown", keys);
      if (dialog.open) dialog.close();
      resolve(value);
    }
    $("ask-ok").addEventListener("click", accept); $("ask-cancel").addEventListener("click", cancel); dialog.addEventListener("close", cancel); body.addEventListener("keydown", keys);
    dialog.showModal();
    (Object.values(inputs)[0] || $("ask-ok")).focus();
  });
}

function control(field) {
  if (field.check) return el("input", { type: "checkbox", checked: field.value });
  const input = field.options ? el("select", {}, ...field.options.map(([value, label]) => el("option", { value }, label)))
    : el(field.long ? "textarea" : "input", { autocomplete: "off", ...(field.long ? {} : { type: field.type || "text" }) });
  if (field.offered) input.setAttribute("list", `offered-${field.id}`);
  if (field.suggest) {
    let timer;
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(async () => $(`offered-${field.id}`)?.replaceChildren(...(await field.suggest(input.value)).map((value) => el("option", { value }))), 250); });
  }
  input.value = field.value || "";
  return input;
}
