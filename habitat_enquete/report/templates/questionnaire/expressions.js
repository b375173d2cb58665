/* Conditions, constraints and calculations: the same rules as habitat_enquete/ingest/expressions/ (tested together). */
"use strict";
const Expressions = (() => {
  const NUMBER = /^\s*-?(\d+(\.\d*)?|\.\d+)\s*$/;
  const DATE = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/;
  const NUMBERS = new Set(["integer", "decimal", "range"]);
  const MONTHS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
  const DAYS = ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."];

  class Moment { // days since 1970-01-01, with the text it is written as
    constructor(days, text) { this.days = days; this.text = text; }
  }
  const two = (n) => String(n).padStart(2, "0");
  const daysOf = (y, m, d) => Date.UTC(y, m - 1, d) / 86400000;
  function asDate(text) {
    const moment = /^(\d{4}-\d{2}-\d{2})T/.exec(text);
    const found = DATE.exec(moment ? moment[1] : text.trim());
    if (!found) return null;
    const [y, m, d] = [1, 2, 3].map((i) => Number(found[i] || 1));
    const utc = new Date(Date.UTC(2000, 0, 1));
    utc.setUTCFullYear(y, m - 1, d);
    if (y < 1 || utc.getUTCMonth() !== m - 1 || utc.getUTCDate() !== d) return null;
    return new Moment(utc.getTime() / 86400000, `${String(y).padStart(4, "0")}-${two(m)}-${two(d)}`);
  }
  function asMoment(text) {
    const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?/.exec(text.trim());
    const day = found && asDate(found[1]);
    if (!day) return null;
    const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60 + Number(found[4] || 0);
    return new Moment(day.days + seconds / 86400, `${found[1]}T${found[2]}:${found[3]}:${found[4] || "00"}`);
  }
  function asTime(text) {
    const found = /^(\d{2}):(\d{2})(?::(\d{2}))?/.exec(text.trim());
    if (!found) return null;
    const seconds = Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3] || 0);
    return new Moment(seconds / 86400, `${found[1]}:${found[2]}:${found[3] || "00"}`);
  }
  function typed(text, kind) {
    if (text === undefined || text === "") return "";
    if (NUMBERS.has(kind)) return number(text);
    if (kind === "date") return asDate(text) || text;
    if (kind === "dateTime") return asMoment(text) || asDate(text) || text;
    if (kind === "time") return asTime(text) || text;
    return text;
  }
  const first = (v) => (Array.isArray(v) ? (v.length ? v[0] : "") : v);
  const many = (v) => (Array.isArray(v) ? v : [v]);
  function boolean(v) {
    if (typeof v === "boolean") return v;
    if (typeof v === "number") return v !== 0 && !Number.isNaN(v);
    if (Array.isArray(v)) return v.length > 0;
    return v !== "";
  }
  function number(v) {
    v = first(v);
    if (typeof v === "number") return v;
    if (typeof v === "boolean") return v ? 1 : 0;
    if (v instanceof Moment) return v.days;
    if (NUMBER.test(v)) return Number(v);
    if (/^\s*\d{4}-\d{2}-\d{2}\s*$/.test(v)) { const day = asDate(v); return day ? day.days : NaN; }
    const moment = /^\d{4}-\d{2}-\d{2}T/.test(v) ? asMoment(v) : null;
    return moment ? moment.days : NaN;
  }
  function string(v) {
    v = first(v);
    if (typeof v === "string") return v;
    if (typeof v === "boolean") return v ? "true" : "false";
    if (v instanceof Moment) return v.text;
    return String(v);
  }
  function equalScalar(a, b) {
    if (typeof a === "string" && typeof b === "string") return a === b;
    if (typeof a === "boolean" || typeof b === "boolean") return boolean(a) === boolean(b);
    const x = number(a), y = number(b);
    return x === y || Math.abs(x - y) < 1e-12;
  }
  const equal = (a, b) => many(a).some((x) => many(b).some((y) => equalScalar(x, y)));
  const different = (a, b) => Array.isArray(a) || Array.isArray(b)
    ? many(a).some((x) => many(b).some((y) => !equalScalar(x, y))) : !equalScalar(a, b);
  const SIGNS = { "<": (x, y) => x < y, "<=": (x, y) => x <= y, ">": (x, y) => x > y, ">=": (x, y) => x >= y };
  const compare = (a, sign, b) => many(a).some((x) => many(b).some((y) => SIGNS[sign](number(x), number(y))));
  const ARITHMETIC = { "+": (x, y) => x + y, "-": (x, y) => x - y, "*": (x, y) => x * y, "div": (x, y) => x / y, "mod": (x, y) => x % y };

  const words = (v) => string(v).split(/\s+/).filter(Boolean);
  const numbers = (args) => args.flatMap(many).filter((v) => v !== "").map(number);
  const extreme = (choose) => (...args) => {
    const found = numbers(args);
    return found.length && !found.some(Number.isNaN) ? choose(...found) : NaN;
  };
  const numeric = (f) => (...args) => {
    const xs = args.map(number);
    if (xs.some(Number.isNaN)) return NaN;
    const result = f(...xs);
    return Number.isFinite(result) || result === -Infinity ? result : NaN;
  };
  const place = (v, length) => {
    const at = number(v);
    if (Number.isNaN(at)) return 0;
    const kept = Math.trunc(Math.max(-length, Math.min(length, at)));
    return kept >= 0 ? kept : length + kept;
  };
  const part = (before) => (v, mark) => {
    const text = string(v), sought = string(mark), at = text.indexOf(sought);
    if (at < 0) return "";
    return before ? text.slice(0, at) : text.slice(at + sought.length);
  };
  function fullmatch(text, pattern) {
    const flags = /^\(\?([imsu]+)\)/.exec(pattern);
    const inside = flags ? pattern.slice(flags[0].length) : pattern;
    const asked = flags ? flags[1].replace(/[^ims]/g, "") : "";
    try { return new RegExp(`^(?:${inside})$`, `${asked}u`).test(text); } catch { /* an odd escape */ }
    try { return new RegExp(`^(?:${inside})$`, asked).test(text); } catch { return false; }
  }
  function dayOf(v) {
    v = first(v);
    if (v instanceof Moment) return v;
    if (typeof v === "number") return Number.isNaN(v) ? null : fromDays(Math.floor(v));
    return typeof v === "string" ? asDate(v) : null;
  }
  function fromDays(days) {
    const date = new Date(days * 86400000);
    return Number.isNaN(date.getTime()) ? null : new Moment(days, date.toISOString().slice(0, 10));
  }
  function formatDate(v, pattern) {
    const found = typeof v === "string" ? asMoment(v) || asDate(v) : dayOf(v);
    if (!found) return "";
    const date = new Date(Math.round(found.days * 86400) * 1000);
    const marks = {
      Y: String(date.getUTCFullYear()).padStart(4, "0"), y: two(date.getUTCFullYear() % 100), m: two(date.getUTCMonth() + 1),
      n: String(date.getUTCMonth() + 1), b: MONTHS[date.getUTCMonth()], d: two(date.getUTCDate()), e: String(date.getUTCDate()),
      a: DAYS[date.getUTCDay()], H: two(date.getUTCHours()), h: String(date.getUTCHours()), M: two(date.getUTCMinutes()),
      S: two(date.getUTCSeconds()), 3: "000",
    };
    return string(pattern).replace(/%([YymnbdeaHhMS3])/g, (_, mark) => marks[mark]);
  }
  const within = (total, least, most) => (number(least) < 0 || total >= number(least)) && (number(most) < 0 || total <= number(most));
  const selected = (v, code) => words(v).includes(string(code).trim());
  const FUNCTIONS = {
    "selected": selected, "is-selected": selected,
    "selected-at": (v, at) => words(v)[Math.trunc(number(at))] ?? "",
    "count-selected": (v) => words(v).length,
    "not": (v) => !boolean(v), "boolean": boolean, "true": () => true, "false": () => false,
    "boolean-from-string": (v) => ["true", "1"].includes(string(v).toLowerCase()),
    "number": number, "string": string, "int": (v) => Math.trunc(number(v)),
    "round": (v, places = 0) => {
      const exact = number(v), digits = number(places);
      if (!Number.isFinite(exact) || Number.isNaN(digits)) return exact;
      const shift = Math.trunc(Math.max(-15, Math.min(15, digits)));
      const moved = (x, by) => { const [m, e = 0] = String(x).split("e"); return Number(`${m}e${Number(e) + by}`); };
      return moved(Math.floor(moved(exact, shift) + 0.5), -shift); // as it is written: 2.345 has no half in binary
    },
    "date": (v) => { const day = dayOf(v); return day ? fromDays(Math.floor(day.days)) : ""; },
    "date-time": (v) => asMoment(string(v)) || asDate(string(v)) || "",
    "decimal-date-time": (v) => number(asMoment(string(v)) || asDate(string(v)) || ""),
    "decimal-time": (v) => { const t = /T/.test(string(v)) ? asMoment(string(v)) : asTime(string(v)); return t ? t.days % 1 : NaN; },
    "format-date": formatDate, "format-date-time": formatDate,
    "concat": (...args) => args.flatMap(many).map(string).join(""),
    "join": (mark, ...args) => args.flatMap(many).map(string).join(string(mark)),
    "contains": (v, s) => string(v).includes(string(s)),
    "starts-with": (v, s) => string(v).startsWith(string(s)), "ends-with": (v, s) => string(v).endsWith(string(s)),
    "substr": (v, start, end = Infinity) => { const t = string(v); return t.slice(place(start, t.length), place(end, t.length)); },
    "substring-before": part(true), "substring-after": part(false),
    "translate": (v, old, fresh) => {
      const from = [...string(old)], to = [...string(fresh)];
      return [...string(v)].map((c) => { const at = from.indexOf(c); return at < 0 ? c : to[at] ?? ""; }).join("");
    },
    "regex": (v, pattern) => fullmatch(string(v), string(pattern)),
    "count-non-empty": (v) => many(v).filter((x) => x !== "").length,
    "sum": (v) => numbers([v]).reduce((a, b) => a + b, 0),
    "min": extreme(Math.min), "max": extreme(Math.max),
    "abs": numeric(Math.abs), "floor": numeric(Math.floor), "ceiling": numeric(Math.ceil), "pow": numeric(Math.pow),
    "sqrt": numeric(Math.sqrt), "exp": numeric(Math.exp), "exp10": numeric((x) => 10 ** x), "log": numeric(Math.log),
    "log10": numeric(Math.log10), "sin": numeric(Math.sin), "cos": numeric(Math.cos), "tan": numeric(Math.tan),
    "asin": numeric(Math.asin), "acos": numeric(Math.acos), "atan": numeric(Math.atan), "atan2": numeric(Math.atan2),
    "pi": () => Math.PI,
    "checklist": (least, most, ...args) => within(args.flatMap(many).filter(boolean).length, least, most),
    "weighted-checklist": (least, most, ...args) => {
      let total = 0;
      for (let i = 0; i + 1 < args.length; i += 2) if (boolean(args[i])) total += number(args[i + 1]);
      return within(total, least, most);
    },
  };

  /* place: {question, repeat, rank, choice}; answers: {values, repeats, now}; form: {types, repeatOf, repeats, labels} */
  function instance(form, answers, repeat, rank, name) {
    const one = (answers.repeats[repeat] || [])[rank - 1];
    return one ? typed(one[name], form.types[name]) : "";
  }
  function answer(form, answers, here, name) {
    const repeat = form.repeatOf[name];
    if (!repeat && form.repeats.includes(name)) return (answers.repeats[name] || []).map((_, i) => String(i + 1));
    if (!repeat) return typed(answers.values[name], form.types[name]);
    if (repeat === here.repeat) return instance(form, answers, repeat, here.rank, name);
    return (answers.repeats[repeat] || []).map((one) => typed(one[name], form.types[name]));
  }
  function evaluate(node, form, answers, here = {}) {
    const of = (each) => evaluate(each, form, answers, here);
    const current = () => answer(form, answers, here, here.question);
    switch (node[0]) {
      case "text": case "number": return node[1];
      case "reference": return answer(form, answers, here, node[1]);
      case "current": return current();
      case "attribute": return here.choice ? here.choice[node[1]] ?? "" : "";
      case "negate": return -number(of(node[1]));
      case "binary": {
        const [, operator, left, right] = node;
        if (operator === "and") return boolean(of(left)) && boolean(of(right));
        if (operator === "or") return boolean(of(left)) || boolean(of(right));
        if (operator === "=") return equal(of(left), of(right));
        if (operator === "!=") return different(of(left), of(right));
        if (operator === "|") return [...many(of(left)), ...many(of(right))];
        if (operator in SIGNS) return compare(of(left), operator, of(right));
        return ARITHMETIC[operator](number(of(left)), number(of(right)));
      }
    }
    const [, name, args] = node;
    switch (name) {
      case "if": return boolean(of(args[0])) ? of(args[1]) : of(args[2]);
      case "coalesce": return args.map(of).find((v) => v !== "" && !Number.isNaN(v) && !(Array.isArray(v) && !v.length)) ?? "";
      case "count": return many(of(args[0])).length;
      case "position": return here.repeat ? here.rank : 1;
      case "once": { const before = current(); return before === "" ? of(args[0]) : before; }
      case "today": return asDate(answers.now.slice(0, 10));
      case "now": return asMoment(answers.now);
      case "string-length": return [...string(args.length ? of(args[0]) : current())].length;
      case "normalize-space": return words(args.length ? of(args[0]) : current()).join(" ");
      case "jr:choice-name": return form.labels[`${args[1][1].replace(/^\s*\$\{\s*|\s*\}\s*$/g, "")}\u0000${string(of(args[0]))}`] ?? "";
      case "indexed-repeat": {
        const rank = number(of(args[args.length - 1]));
        return rank >= 1 ? instance(form, answers, args[args.length - 2][1], Math.trunc(rank), args[0][1]) : "";
      }
    }
    return FUNCTIONS[name](...args.map(of));
  }
  return { evaluate, boolean, string, number };
})();
if (typeof module !== "undefined") module.exports = Expressions;
