/* The offline form: draws the questions, follows filters and checks, keeps the answers, saves them to files. */
"use strict";
(() => {
  const DEFINITION = JSON.parse(document.getElementById("definition").textContent);
  const { form: FORM, blocks: BLOCKS } = DEFINITION;
  const { evaluate, boolean, string } = Expressions;
  const QUESTIONS = BLOCKS.flatMap((block) => block.questions.map((question) => ({ ...question, repeat: block.repeat })));
  const STORE = `enquete:${DEFINITION.id}:${DEFINITION.version}`;
  const root = document.getElementById("form");
  const byId = (id) => document.getElementById(id);
  const MOST_INSTANCES = 50;
  let answers, started, saved, editing, serial = 0;

  /* ── elements ─────────────────────────────────────────────────────────────────────────────────────────────── */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined || value === "") continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }
  const spaced = (text) => text.replace(/ ([:;?!»%€])/g, "\u00a0$1").replace(/« /g, "«\u00a0");

  /* ── answers ──────────────────────────────────────────────────────────────────────────────────────────────── */
  const pad = (n) => String(n).padStart(2, "0");
  function moment() {
    const now = new Date();
    return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}T${pad(now.getHours())}:${pad(now.getMinutes())}:${pad(now.getSeconds())}`;
  }
  function identifier() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  }
  function fresh() {
    answers = { values: {}, repeats: Object.fromEntries(FORM.repeats.map((name) => [name, []])), now: moment() };
    for (const question of QUESTIONS) if (question.default && !question.repeat) answers.values[question.name] = question.default;
    started = moment();
    editing = null;
  }
  const newInstance = (repeat) => Object.fromEntries(
    QUESTIONS.filter((each) => each.repeat === repeat && each.default).map((each) => [each.name, each.default]));
  const holder = (here) => (here.repeat ? answers.repeats[here.repeat][here.rank - 1] : answers.values);
  const valueOf = (name, here) => holder(here)[name] ?? "";
  function setValue(name, here, value) {
    if (value === "") delete holder(here)[name]; else holder(here)[name] = value;
    refresh();
    keepDraft();
  }

  /* What counts: answers to questions that are not to be asked are empty, whatever was typed before. */
  function followed() {
    const counted = { values: { ...answers.values }, now: answers.now,
      repeats: Object.fromEntries(Object.entries(answers.repeats).map(([name, list]) => [name, list.map((one) => ({ ...one }))])) };
    const hidden = new Set();
    for (let pass = 0; pass < 12; pass += 1) {
      const before = JSON.stringify([counted, [...hidden]]);
      for (const question of QUESTIONS) for (const here of placesOf(question, answers)) {
        const own = here.repeat ? counted.repeats[here.repeat][here.rank - 1] : counted.values;
        const given = here.repeat ? answers.repeats[here.repeat][here.rank - 1] : answers.values;
        const shown = question.conditions.every((each) => boolean(evaluate(each, FORM, counted, here)));
        hidden[shown ? "delete" : "add"](keyOf(question.name, here));
        for (const name of namesOf(question)) {
          if (!shown) delete own[name]; else if (given[name] !== undefined) own[name] = given[name];
        }
        for (const choice of question.choices) {
          const text = `${question.name}_${choice.code}`;
          if (choice.specify && !(own[question.name] || "").split(" ").includes(choice.code)) delete own[text];
        }
        if (question.calculation && shown) {
          const result = string(evaluate(question.calculation, FORM, counted, here));
          if (result === "" || result === "NaN") delete own[question.name]; else own[question.name] = result;
        }
      }
      if (JSON.stringify([counted, [...hidden]]) === before) break;
    }
    return { counted, hidden };
  }
  const keyOf = (name, here) => `${name}@${here.rank || 0}`;
  function namesOf(question) {
    const own = question.rows.length ? question.rows.map((row) => row.name) : [question.name];
    return [...own, ...question.choices.filter((c) => c.specify).map((c) => `${question.name}_${c.code}`)];
  }
  function placesOf(question, from) {
    if (!question.repeat) return [{ question: question.name }];
    return from.repeats[question.repeat].map((_, i) => ({ question: question.name, repeat: question.repeat, rank: i + 1 }));
  }

  /* ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────── */
  function draw() {
    root.replaceChildren();
    for (const block of BLOCKS) {
      const section = make("section", { class: "block" });
      section.block = block;
      if (block.title) section.append(make("h2", {}, spaced(block.title)));
      if (block.hint) section.append(make("p", { class: "hint" }, spaced(block.hint)));
      if (block.repeat) drawRepeat(block, section);
      else for (const question of block.questions) section.append(drawQuestion(question, { question: question.name }));
      root.append(section);
    }
    refresh();
  }
  function drawRepeat(block, section) {
    const list = make("div");
    const redraw = () => {
      list.replaceChildren();
      answers.repeats[block.repeat].forEach((_, index) => {
        const title = make("h3", {}, `${block.title || block.repeat} ${index + 1}`, block.count ? "" : make("button", { type: "button", class: "small",
          "aria-label": `Retirer ${block.title || block.repeat} ${index + 1}`,
          onclick: () => { answers.repeats[block.repeat].splice(index, 1); redraw(); refresh(); keepDraft(); } }, "Retirer"));
        const box = make("div", { class: "instance" }, title);
        for (const question of block.questions) {
          box.append(drawQuestion(question, { question: question.name, repeat: block.repeat, rank: index + 1 }));
        }
        list.append(box);
      });
    };
    /* As many instances as the count wants; those that hold an answer are never taken away. */
    section.follow = (counted) => {
      if (!block.count) return false;
      const found = Math.trunc(Number(string(evaluate(block.count, FORM, counted)))) || 0;
      const wanted = Math.min(Math.max(found, 0), MOST_INSTANCES);
      const instances = answers.repeats[block.repeat], before = instances.length;
      while (instances.length < wanted) instances.push(newInstance(block.repeat));
      while (instances.length > wanted && isBlank(instances[instances.length - 1])) instances.pop();
      if (instances.length === before) return false;
      redraw();
      return true;
    };
    const isBlank = (one) => JSON.stringify(one) === JSON.stringify(newInstance(block.repeat));
    redraw();
    if (block.count) section.append(list);
    else section.append(list, make("div", { class: "actions" }, make("button", { type: "button", onclick: () => {
      answers.repeats[block.repeat].push(newInstance(block.repeat));
      redraw(); refresh(); keepDraft();
      list.lastElementChild.querySelector("input, select, textarea")?.focus();
    } }, spaced(`+ Ajouter un bloc « ${block.title || block.repeat} »`))));
  }
  function drawQuestion(question, here) {
    const id = `q${(serial += 1)}`;
    if (question.type === "note") {
      return tagged(make("div", { class: "question note" }, make("span", { "data-text": question.label })), question, here);
    }
    if (question.type === "hidden" || (question.calculation && !question.label)) return tagged(make("div", { hidden: true }), { ...question, silent: true }, here);
    const grouped = ["select_one", "select_multiple", "rank", "matrix", "acknowledge"].includes(question.type);
    const box = make(grouped ? "fieldset" : "div", { class: "question" });
    const mark = question.required ? make("span", { class: "required", title: "réponse attendue" }, " *") : "";
    const text = make("span", { "data-text": question.label });
    box.append(grouped ? make("legend", {}, text, mark) : make("label", { class: "label", for: id }, text, mark));
    const help = [question.hint, question.maximum && !question.hint.includes("réponse") ? `${question.maximum} réponses au plus` : ""].filter(Boolean).join(" · ");
    if (help) box.append(make("p", { class: "hint", id: `${id}-hint` }, spaced(help)));
    box.append(drawField(question, here, id, `${id}-error ${help ? `${id}-hint` : ""}`.trim()));
    box.append(make("p", { class: "error", id: `${id}-error`, hidden: true }));
    return tagged(box, question, here);
  }
  function tagged(element, question, here) {
    element.question = question;
    element.here = here;
    element.dataset.question = question.name;
    return element;
  }
  function drawField(question, here, id, described) {
    const current = valueOf(question.name, here);
    const common = { id, "aria-describedby": described, readonly: question.readOnly || Boolean(question.calculation) };
    const listen = (event) => setValue(question.name, here, event.target.value.trim());
    switch (question.type) {
      case "select_one": return drawChoices(question, here, id, "radio");
      case "select_multiple": return drawChoices(question, here, id, "checkbox");
      case "acknowledge": return drawAgreement(question, here, id);
      case "rank": return drawRank(question, here, id);
      case "matrix": return drawMatrix(question, here, id);
      case "integer": case "decimal": case "range": {
        const input = make("input", { ...common, type: "number", inputmode: question.type === "integer" ? "numeric" : "decimal",
          step: question.type === "integer" ? "1" : "any", value: current, oninput: listen });
        return question.unit ? make("div", { class: "with-unit" }, input, make("span", {}, question.unit)) : input;
      }
      case "date": {
        if (question.precision === "annee") return make("input", { ...common, type: "number", min: "1900", max: "2100", placeholder: "AAAA", value: current, oninput: listen });
        return make("input", { ...common, type: question.precision === "mois" ? "month" : "date", placeholder: question.precision === "mois" ? "AAAA-MM" : "AAAA-MM-JJ", value: current, oninput: listen });
      }
      case "time": return make("input", { ...common, type: "time", value: current, oninput: listen });
      case "dateTime": return make("input", { ...common, type: "datetime-local", value: current, oninput: listen });
    }
    if (question.multiline) {
      const area = make("textarea", { ...common, oninput: listen });
      area.value = current;
      return area;
    }
    const placeholder = question.type === "geopoint" ? "latitude longitude, par exemple 44.518 3.501" : "";
    const input = make("input", { ...common, type: "text", placeholder, autocomplete: "off", value: current, oninput: listen });
    return question.unit ? make("div", { class: "with-unit" }, input, make("span", {}, question.unit)) : input;
  }
  function drawChoices(question, here, id, kind) {
    const list = make("div", { class: `choices${question.choices.length > 7 ? " wide" : ""}` });
    const chosen = () => valueOf(question.name, here).split(" ").filter(Boolean);
    question.choices.forEach((choice, rank) => {
      const input = make("input", { type: kind, name: id, id: `${id}-${rank}`, value: choice.code, onchange: () => {
        let codes = kind === "radio" ? [choice.code] : chosen().filter((code) => code !== choice.code);
        if (kind === "checkbox" && input.checked) {
          codes = choice.exclusive ? [choice.code]
            : [...codes.filter((code) => !question.choices.find((each) => each.code === code)?.exclusive), choice.code];
        }
        const order = question.choices.map((each) => each.code);
        codes.sort((a, b) => order.indexOf(a) - order.indexOf(b));
        setValue(question.name, here, codes.join(" "));
      } });
      const row = make("label", { class: "choice", for: `${id}-${rank}` }, input, make("span", {}, spaced(choice.label)));
      row.choice = choice;
      list.append(row);
      if (choice.specify) {
        const name = `${question.name}_${choice.code}`;
        const text = make("input", { type: "text", id: `${id}-${rank}-text`, value: valueOf(name, here), autocomplete: "off",
          oninput: (event) => setValue(name, here, event.target.value.trim()) });
        const under = make("div", { class: "specify", hidden: true }, make("label", { for: `${id}-${rank}-text` }, "Précisez"), text);
        under.specifies = choice.code;
        list.append(under);
      }
    });
    if (kind === "radio" && !question.required) {
      list.append(make("div", { class: "clear", hidden: true }, make("button", { type: "button", class: "small", onclick: () => setValue(question.name, here, "") }, "Effacer la réponse")));
    }
    return list;
  }
  function drawAgreement(question, here, id) {
    const input = make("input", { type: "checkbox", id, onchange: () => setValue(question.name, here, input.checked ? "OK" : "") });
    return make("div", { class: "choices" }, make("label", { class: "choice", for: id }, input, make("span", {}, "Oui")));
  }
  function drawRank(question, here, id) {
    const list = make("div", { class: "choices" });
    question.choices.forEach((choice, rank) => {
      const pick = make("select", { id: `${id}-${rank}`, onchange: () => {
        const others = valueOf(question.name, here).split(" ").filter((code) => code && code !== choice.code);
        if (pick.value) others.splice(Number(pick.value) - 1, 0, choice.code);
        setValue(question.name, here, others.join(" "));
      } }, make("option", { value: "" }, "–"), ...question.choices.map((_, i) => make("option", { value: String(i + 1) }, String(i + 1))));
      pick.ranks = choice.code;
      list.append(make("div", { class: "rank" }, pick, make("label", { for: `${id}-${rank}` }, spaced(choice.label))));
    });
    return list;
  }
  function drawMatrix(question, here, id) {
    const head = make("tr", {}, make("td"), ...question.choices.map((choice) => make("th", { scope: "col" }, spaced(choice.label))));
    const body = question.rows.map((row, r) => make("tr", {}, make("th", { scope: "row", id: `${id}-r${r}` }, spaced(row.label)),
      ...question.choices.map((choice) => make("td", {}, make("label", {}, make("input", { type: "radio", name: `${id}-${r}`, value: choice.code,
        "aria-label": `${row.label} : ${choice.label}`, onchange: () => setValue(row.name, here, choice.code) }), make("span", {}, spaced(choice.label)))))));
    return make("div", { class: "matrix" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
  }

  /* ── following ────────────────────────────────────────────────────────────────────────────────────────────── */
  function refresh() {
    answers.now = moment();
    let { counted, hidden } = followed();
    for (let pass = 0; pass < 5 && [...root.children].filter((section) => section.follow?.(counted)).length; pass += 1) ({ counted, hidden } = followed());
    let asked = 0, answered = 0;
    for (const element of root.querySelectorAll("[data-question]")) {
      const { question, here } = element;
      const own = here.repeat ? counted.repeats[here.repeat]?.[here.rank - 1] : counted.values;
      if (!own) continue;
      element.hidden = hidden.has(keyOf(question.name, here)) || Boolean(question.silent);
      if (element.hidden) continue;
      for (const text of element.querySelectorAll("[data-text]")) text.textContent = spaced(piped(text.dataset.text, counted, here));
      show(element, question, here, own, counted);
      if (question.type !== "note" && !question.calculation && !question.silent) {
        asked += 1;
        answered += namesOf(question).some((name) => (own[name] ?? "") !== "") ? 1 : 0;
      }
    }
    for (const section of root.children) section.hidden = !section.querySelector("button") && ![...section.querySelectorAll("[data-question]")].some((each) => !each.hidden);
    for (const section of root.querySelectorAll(".block")) {
      const inside = [...section.querySelectorAll("[data-question]")];
      if (inside.length && inside.every((each) => each.hidden) && !section.querySelector(":scope > .actions")) section.hidden = true;
    }
    for (const section of root.children) if (!section.block.conditions.every((each) => boolean(evaluate(each, FORM, counted)))) section.hidden = true;
    byId("progress").value = asked ? Math.round((100 * answered) / asked) : 0;
    byId("state").textContent = `${answered} sur ${asked} questions · ${saved.length} réponse${saved.length > 1 ? "s" : ""} enregistrée${saved.length > 1 ? "s" : ""}`;
  }
  function piped(text, counted, here) {
    return text.replace(/\$\{\s*([^{}]+?)\s*\}/g, (_, name) => {
      const value = string(evaluate(["reference", name], FORM, counted, here));
      return FORM.labels[`${name}\u0000${value}`] ?? (value || "…");
    });
  }
  function show(element, question, here, own, counted) {
    const codes = (own[question.name] ?? "").split(" ");
    for (const row of element.querySelectorAll(".choice")) {
      const input = row.querySelector("input");
      input.checked = question.type === "acknowledge" ? own[question.name] === "OK" : codes.includes(input.value);
      if (question.filter && row.choice) {
        row.hidden = !boolean(evaluate(question.filter, FORM, counted, { ...here, choice: row.choice.columns }));
      }
    }
    const clear = element.querySelector(".clear");
    if (clear) clear.hidden = !own[question.name];
    for (const under of element.querySelectorAll(".specify")) under.hidden = !codes.includes(under.specifies);
    for (const pick of element.querySelectorAll(".rank select")) pick.value = codes.includes(pick.ranks) ? String(codes.indexOf(pick.ranks) + 1) : "";
    question.rows.forEach((row, r) => {
      for (const input of element.querySelectorAll(`tbody tr:nth-child(${r + 1}) input`)) input.checked = own[row.name] === input.value;
    });
    if (question.calculation) { const input = element.querySelector("input"); if (input) input.value = own[question.name] ?? ""; }
    const line = element.querySelector(":scope > .error");
    if (line && !line.hidden) tellProblem(element, problemOf(question, here, own, counted));
  }
  function problemOf(question, here, own, counted) {
    const wanted = question.rows.length ? question.rows.map((row) => row.name) : [question.name];
    const empty = wanted.some((name) => (own[name] ?? "") === "");
    if (question.type === "note" || question.calculation) return null;
    const required = question.required || (question.requiredIf && boolean(evaluate(question.requiredIf, FORM, counted, here)));
    if (empty) return required ? { text: "Une réponse est attendue ici.", blocks: true } : null;
    if (question.type === "integer" && !/^-?\d+$/.test(own[question.name])) return { text: "Écrivez un nombre entier.", blocks: true };
    if (question.constraint && !boolean(evaluate(question.constraint, FORM, counted, here))) {
      return { text: question.message, blocks: !question.warns };
    }
    return null;
  }
  function tellProblem(element, problem) {
    const line = element.querySelector(":scope > .error");
    line.hidden = !problem;
    line.textContent = problem ? spaced(problem.text) : "";
    line.classList.toggle("warning", Boolean(problem && !problem.blocks));
    const fields = element.querySelectorAll("input, textarea, select");
    for (const field of fields) if (problem && problem.blocks) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
  }

  /* ── saving ───────────────────────────────────────────────────────────────────────────────────────────────── */
  function save() {
    const { counted } = followed();
    const faulty = [];
    for (const element of root.querySelectorAll("[data-question]")) {
      if (element.hidden || !element.querySelector(":scope > .error")) continue;
      const own = element.here.repeat ? counted.repeats[element.here.repeat][element.here.rank - 1] : counted.values;
      const problem = problemOf(element.question, element.here, own, counted);
      tellProblem(element, problem);
      if (problem && problem.blocks) faulty.push(element);
    }
    byId("errors").hidden = !faulty.length;
    if (faulty.length) {
      byId("errors").textContent = faulty.length > 1 ? `${faulty.length} réponses sont à compléter ou à corriger avant d'enregistrer.` : "Une réponse est à compléter ou à corriger avant d'enregistrer.";
      faulty[0].querySelector("input, textarea, select").focus();
      return;
    }
    const response = { _uuid: editing?._uuid ?? identifier(), start: editing?.start ?? started, end: moment(), answers: counted.values, repeats: counted.repeats };
    if (editing) saved[saved.indexOf(editing)] = response; else saved.push(response);
    fresh();
    draw();
    list();
    keep();
    scrollTo({ top: 0 });
    byId("state").textContent = `Réponse ${saved.indexOf(response) + 1} enregistrée.`;
  }
  function list() {
    const body = byId("saved-list").tBodies[0];
    body.replaceChildren(...saved.map((response, rank) => make("tr", {}, make("td", {}, response.answers[DEFINITION.key] || String(rank + 1)), make("td", {}, response.end.replace("T", " à ")),
      make("td", {}, make("button", { type: "button", class: "small", onclick: () => reopen(response) }, "Reprendre"), " ",
        make("button", { type: "button", class: "small", onclick: () => {
          if (confirm("Supprimer cette réponse de cet ordinateur ?")) { saved.splice(saved.indexOf(response), 1); list(); refresh(); keep(); }
        } }, "Supprimer")))));
    byId("saved-list").hidden = !saved.length;
    byId("saved-empty").hidden = Boolean(saved.length);
    byId("csv").disabled = byId("json").disabled = !saved.length;
  }
  function reopen(response) {
    fresh();
    editing = response;
    answers.values = { ...response.answers };
    for (const [name, instances] of Object.entries(response.repeats)) answers.repeats[name] = instances.map((one) => ({ ...one }));
    draw();
    scrollTo({ top: 0 });
  }
  /* A file opened from the disk may have no storage: then the answers live as long as the page. */
  function keep() { try { localStorage.setItem(STORE, JSON.stringify(saved)); localStorage.removeItem(`${STORE}:draft`); } catch { /* no storage */ } }
  function keepDraft() { try { localStorage.setItem(`${STORE}:draft`, JSON.stringify({ answers, started })); } catch { /* no storage */ } }
  function restore() {
    saved = [];
    fresh();
    try {
      saved = JSON.parse(localStorage.getItem(STORE) || "[]");
      const draft = JSON.parse(localStorage.getItem(`${STORE}:draft`) || "null");
      if (draft) { answers = { ...answers, ...draft.answers, repeats: { ...answers.repeats, ...draft.answers.repeats } }; started = draft.started; }
    } catch { /* no storage, or of another version */ }
  }
  function download(name, kind, text) {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
    document.body.append(link);
    link.click();
    link.remove();
  }
  function table() {
    const repeated = FORM.repeats.flatMap((repeat) => {
      const most = Math.max(0, ...saved.map((response) => (response.repeats[repeat] || []).length));
      const names = DEFINITION.columns.filter((name) => FORM.repeatOf[name] === repeat);
      return Array.from({ length: most }, (_, i) => names.map((name) => ({ header: `${repeat}[${i + 1}]/${name}`, read: (r) => r.repeats[repeat]?.[i]?.[name] }))).flat();
    });
    const plain = DEFINITION.columns.filter((name) => !FORM.repeatOf[name]).map((name) => ({ header: name, read: (r) => r.answers[name] }));
    const own = ["_uuid", "start", "end"].map((name) => ({ header: name, read: (r) => r[name] }));
    const columns = [...own, ...plain, ...repeated, { header: "__version__", read: () => DEFINITION.version }];
    return [columns.map((column) => column.header), ...saved.map((response) => columns.map((column) => column.read(response) ?? ""))];
  }
  const cell = (text) => `"${String(text).replace(/"/g, '""')}"`;
  const csv = () => "\ufeff" + table().map((row) => row.map(cell).join(";")).join("\r\n") + "\r\n";
  const json = () => JSON.stringify({ format: "enquete-reponses", questionnaire: DEFINITION.id, version: DEFINITION.version, columns: table()[0], rows: table().slice(1), responses: saved }, null, 1);

  byId("save").addEventListener("click", save);
  byId("reset").addEventListener("click", () => { if (confirm("Effacer tout ce qui est écrit dans ce formulaire ?")) { fresh(); draw(); keepDraft(); byId("errors").hidden = true; } });
  byId("csv").addEventListener("click", () => download(`${DEFINITION.id}.csv`, "text/csv", csv()));
  byId("json").addEventListener("click", () => download(`${DEFINITION.id}.json`, "application/json", json()));
  root.addEventListener("submit", (event) => event.preventDefault());
  window.enqueteForm = { csv, json, save, answers: () => answers };
  restore();
  draw();
  list();
})();
