"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent), colours = JSON.parse($("colours").textContent);
  const units = data.units, SHOWN = 500, AROUND = 80;
  const make = (tag, text, name) => { const made = document.createElement(tag); if (text !== undefined) made.textContent = text; if (name) made.className = name; return made; };
  const button = (text, label, act) => { const made = make("button", text); made.type = "button"; made.setAttribute("aria-label", label); made.addEventListener("click", act); return made; };

  // ── files ───────────────────────────────────────────────────────────────────────────────────────────────────
  function save(name, content, type) {
    const link = make("a"); link.href = URL.createObjectURL(new Blob([content], {type})); link.download = name;
    document.body.append(link); link.click(); link.remove(); setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  // Excel in French wants semicolons and a byte-order mark; a cell that looks like a formula is made text.
  const field = (text) => { const plain = /^[=+@\t]/.test(text) ? `'${text}` : text; return `"${plain.replace(/"/g, '""')}"`; };
  const csv = (rows) => "\ufeff" + rows.map((row) => row.map((cell) => field(cell.replace(/\s+/g, " ").trim())).join(";")).join("\r\n") + "\r\n";
  const fileName = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[^A-Za-z0-9]+/g, "_");

  // ── tables: sorted, searched, folded, exported ──────────────────────────────────────────────────────────────
  const value = (cell) => cell.textContent.trim().replace(/[\u202f\u00a0 ]/g, "").replace(",", ".").replace("−", "-");
  const numeric = (cell) => { const found = value(cell).match(/^[<>]?(-?\d+(?:\.\d+)?)/); return found ? parseFloat(found[1]) : -Infinity; };
  function equip(table) {
    const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
    const folded = Number(table.dataset.rows || 0) || (rows.length > 25 ? 20 : rows.length);
    const tools = make("div", undefined, "tools"), name = table.dataset.name;
    let all = rows.length <= folded, wanted = "";
    const more = button("", "Montrer toutes les lignes", () => { all = !all; show(); });
    function show() {
      let seen = 0, fit = 0;
      for (const row of body.rows) {
        const fits = !wanted || row.textContent.toLowerCase().includes(wanted);
        fit += fits; row.hidden = !fits || (!all && !wanted && seen >= folded); seen += fits && !row.hidden;
      }
      more.hidden = rows.length <= folded || !!wanted; more.textContent = all ? "Replier" : `Les ${rows.length} lignes`;
      more.setAttribute("aria-label", more.textContent);
    }
    heads.forEach((head, column) => {
      const sort = make("button", head.textContent); sort.type = "button"; head.textContent = ""; head.append(sort);
      sort.addEventListener("click", () => {
        const number = head.classList.contains("n"), now = head.getAttribute("aria-sort");
        const down = now ? now === "ascending" : number;
        heads.forEach((other) => other.removeAttribute("aria-sort")); head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const order = (a, b) => number ? numeric(a.cells[column]) - numeric(b.cells[column]) : a.cells[column].textContent.localeCompare(b.cells[column].textContent, "fr");
        body.append(...[...body.rows].sort((a, b) => (down ? -1 : 1) * order(a, b))); show();
      });
    });
    if (rows.length > 10) {
      const search = make("input"); search.type = "search"; search.placeholder = "Filtrer"; search.setAttribute("aria-label", `Filtrer : ${table.caption.textContent}`);
      search.addEventListener("input", () => { wanted = search.value.trim().toLowerCase(); show(); }); tools.append(search);
    }
    tools.append(more, button("CSV", `Enregistrer en CSV : ${table.caption.textContent}`, () =>
      save(`${fileName(name)}.csv`, csv([heads.map((h) => h.textContent), ...[...body.rows].map((row) => [...row.cells].map((c) => c.textContent))]), "text/csv")));
    table.before(tools); show();
    addEventListener("beforeprint", () => { for (const row of body.rows) row.hidden = [...body.rows].indexOf(row) >= folded; });
    addEventListener("afterprint", show);
  }
  document.querySelectorAll("table.data").forEach(equip);
  // On paper nothing opens: what compares groups is printed, what only completes stays folded.
  addEventListener("beforeprint", () => document.querySelectorAll("section[aria-labelledby=specificites] details").forEach((part) => { part.open = true; }));

  // ── figures: saved as SVG or PNG, layers shown or not ────────────────────────────────────────────────────────
  function drawing(figure) {
    const copy = figure.querySelector("svg").cloneNode(true), box = copy.viewBox.baseVal;
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg"); copy.setAttribute("width", box.width); copy.setAttribute("height", box.height);
    copy.querySelectorAll("[hidden]").forEach((part) => part.remove());
    copy.querySelectorAll("g[style*=none]").forEach((part) => part.remove());
    copy.querySelectorAll("a").forEach((link) => link.replaceWith(...link.childNodes));
    if (!copy.hasAttribute("font-family")) copy.setAttribute("font-family", "sans-serif");
    return {text: new XMLSerializer().serializeToString(copy), width: box.width, height: box.height};
  }
  document.querySelectorAll("figure.figure").forEach((figure) => {
    if (!figure.querySelector("svg")) return;
    const tools = make("div", undefined, "tools"), name = fileName(figure.dataset.name), said = figure.querySelector("figcaption").textContent;
    tools.append(
      button("SVG", `Enregistrer la figure en SVG : ${said}`, () => save(`${name}.svg`, drawing(figure).text, "image/svg+xml")),
      button("PNG", `Enregistrer la figure en PNG : ${said}`, () => {
        const {text, width, height} = drawing(figure), image = new Image();
        image.onload = () => {
          const canvas = make("canvas"); canvas.width = 2 * width; canvas.height = 2 * height;
          const pen = canvas.getContext("2d"); pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
          pen.drawImage(image, 0, 0, canvas.width, canvas.height); canvas.toBlob((blob) => save(`${name}.png`, blob, "image/png"));
        };
        image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
      }));
    figure.append(tools);
  });
  document.querySelectorAll("input.layer").forEach((box) => box.addEventListener("change", () =>
    document.querySelectorAll(`g.${box.dataset.layer}`).forEach((layer) => { layer.style.display = box.checked ? "" : "none"; })));
  const choice = $("cloud-choice");
  if (choice) choice.addEventListener("change", () =>
    document.querySelectorAll(".cloud-panel").forEach((panel) => { panel.hidden = panel.id !== choice.value; }));

  // ── reading a text again ────────────────────────────────────────────────────────────────────────────────────
  const dialog = $("lecture"), body = $("lecture-text");
  let returnTo = null;
  function read(name, wanted, from) {
    const rank = data.documents.indexOf(name), own = units.filter((u) => u.d === rank);
    returnTo = from || null; body.textContent = ""; $("lecture-title").textContent = name;
    const source = $("lecture-source"), report = source.dataset.report, person = own.length ? data.people[own[0].p] : "";
    source.textContent = own.length ? `${person ? person + " · " : ""}paroles de la personne interrogée seule ; l’entretien entier : enquete review, adresse suivie de #${name}` : "Ce texte n’est pas dans la page : cherchez-le avec enquete review.";
    if (report && person) { const link = make("a", "cette personne dans le rapport"); link.href = `${report}#personne-${encodeURIComponent(person)}`; source.append(" · ", link); }
    let here = null;
    for (const unit of own) {
      const line = make("p", unit.t); line.style.setProperty("--c", unit.c ? colours[unit.c - 1] : "#cfcabd");
      const small = make("small", ` [${[unit.c ? `classe ${unit.c}` : "non classé", unit.q, ...unit.k.map((k) => data.codes[k])].join(" · ")}]`); small.style.color = "var(--muted)"; line.append(small);
      if (unit === wanted) { line.className = "here"; here = line; }
      body.append(line);
    }
    dialog.showModal(); if (here) here.scrollIntoView({block: "center"});
  }
  $("lecture-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { if (returnTo) returnTo.focus(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.read"); if (!link) return;
    event.preventDefault();
    const name = link.dataset.document, at = (link.dataset.unit.match(/\[\d+:\d+\]$/) || [])[0];
    const quoted = at && link.closest("blockquote") ? link.closest("blockquote").querySelector("p").textContent : "";
    read(name, units.find((u) => data.documents[u.d] === name && u.t === quoted), link);
  });

  // ── concordance ─────────────────────────────────────────────────────────────────────────────────────────────
  const ATOM = /\[(lemme|forme|cat)=([^\]]+)\]|\/((?:[^/\\]|\\.)+)\/|["«“]([^"»”]+)["»”]|(\S+)/gu;
  function tests(query) {
    const found = [];
    for (const [, key, wanted, regex, exact, word] of query.matchAll(ATOM)) {
      const low = (wanted || exact || word || "").trim().toLowerCase();
      if (regex) { const pattern = new RegExp(`^(?:${regex})$`, "iu"); found.push((w) => pattern.test(w.form)); }
      else if (key === "lemme") found.push((w) => w.lemma === low);
      else if (key === "forme") found.push((w) => w.low === low);
      else if (key === "cat") found.push((w) => w.cat === wanted.trim().toUpperCase());
      else if (exact) for (const form of low.split(/\s+/)) found.push((w) => w.low === form);
      else if (/^\[.*=/.test(word || "")) throw new SyntaxError(word);
      else if (word === "*") found.push(() => true);
      else found.push((w) => w.lemma === low || w.low === low);
    }
    return found;
  }
  // Offsets count code points, JavaScript counts UTF-16 units: they differ only after a character outside the BMP.
  function spoken(unit) {
    if (unit.words) return unit.words;
    const points = [...unit.t], same = points.length === unit.t.length, at = same ? (i) => i : (i) => points.slice(0, i).join("").length, words = [];
    for (let i = 0; i < unit.w.length; i += 4) {
      const start = at(unit.w[i]), end = at(unit.w[i] + unit.w[i + 1]), form = unit.t.slice(start, end);
      words.push({start, end, form, low: form.toLowerCase(), lemma: data.lemmas[unit.w[i + 2]].toLowerCase(), cat: data.categories[unit.w[i + 3]]});
    }
    return unit.words = words;
  }
  function lines() {
    const number = $("kwic-class").value, group = $("kwic-group") ? data.groups.indexOf($("kwic-group").value) : -1, wanted = tests($("kwic-query").value), out = [];
    if (!wanted.length) return out;
    for (const u of units) {
      if ((number && String(u.c) !== number) || (group >= 0 && !u.g.includes(group))) continue;
      const words = spoken(u);
      for (let i = 0; i + wanted.length <= words.length; i++)
        if (wanted.every((test, j) => test(words[i + j]))) {
          const s = words[i].start, e = words[i + wanted.length - 1].end;
          out.push({u, l: u.t.slice(Math.max(0, s - AROUND), s), m: u.t.slice(s, e), r: u.t.slice(e, e + AROUND)});
        }
    }
    const key = {l: (x) => x.l.toLowerCase().trim().split(/\s+/).reverse().join(" "), m: (x) => x.m.toLowerCase(), r: (x) => x.r.toLowerCase().trim()}[$("kwic-sort").value];
    if (key) out.sort((a, b) => key(a).localeCompare(key(b), "fr"));
    return out;
  }
  const where = (u) => [data.people[u.p] || data.documents[u.d], u.c ? `classe ${u.c}` : "", u.q].filter(Boolean).join(" · ");
  function show(event) {
    if (event) event.preventDefault();
    const list = $("kwic-lines"); list.textContent = "";
    let out;
    try { out = lines(); } catch (error) { $("kwic-count").textContent = "Cette recherche n’est pas comprise : écrivez [lemme=louer], [forme=loue] ou [cat=ADJ] ; entre barres obliques, une expression régulière valable."; return; }
    const texts = new Set(out.map((x) => x.u.d)).size;
    $("kwic-count").textContent = out.length ? `${out.length.toLocaleString("fr")} occurrence${out.length > 1 ? "s" : ""} dans ${texts.toLocaleString("fr")} texte${texts > 1 ? "s" : ""}` + (out.length > SHOWN ? `, les ${SHOWN} premières affichées (toutes en CSV)` : "") : "Aucune occurrence.";
    for (const x of out.slice(0, SHOWN)) {
      const li = make("li"); if (x.u.c) li.style.setProperty("--c", colours[x.u.c - 1]);
      li.append(make("span", x.l, "l"), make("mark", x.m, "m"), make("span", x.r, "r"));
      const small = make("small", where(x.u) + " · "), link = make("a", "lire dans le texte"); link.href = "#lecture";
      link.addEventListener("click", (clicked) => { clicked.preventDefault(); read(data.documents[x.u.d], x.u, link); });
      small.append(link); li.append(small); list.append(li);
    }
  }
  $("kwic-form").addEventListener("submit", show);
  for (const id of ["kwic-class", "kwic-group", "kwic-sort"]) if ($(id)) $(id).addEventListener("change", show);
  $("kwic-csv").addEventListener("click", () => save("concordance.csv", csv([["gauche", "trouvé", "droite", "classe", "personne", "texte", "source"],
    ...lines().map((x) => [x.l, x.m, x.r, String(x.u.c || ""), data.people[x.u.p], data.documents[x.u.d], x.u.q])]), "text/csv"));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.seek"); if (!link) return;
    $("kwic-query").value = link.dataset.query; $("kwic-class").value = ""; if ($("kwic-group")) $("kwic-group").value = ""; show();
  });
  show();
})();
