"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const form = byId("/filter");
  const folds = () => all("details.file");

  for (const tools of all(".tools")) tools.hidden = false;
  byId("/unfold").addEventListener("click", () => folds().forEach((file) => { file.open = true; }));
  byId("/fold").addEventListener("click", () => folds().forEach((file) => { file.open = false; }));

  // Each row of the list with the card that it leads to.
  const findings = all("li.row").map((row) => ({
    row,
    card: byId(decodeURIComponent(row.querySelector("a").hash.slice(1))),
    keys: {
      c: [row.dataset.c],
      s: [row.dataset.s],
      l: row.dataset.l.split(" "),
      g: row.dataset.g.split(" "),
      n: [row.dataset.n],
      t: [row.dataset.t],
    },
    text: null,
  }));

  // Read when somebody searches: laying it by costs more than the page itself.
  const textOf = (finding) => {
    finding.text ??= (finding.row.textContent + " " + (finding.card ? finding.card.textContent : ""))
      .toLowerCase();
    return finding.text;
  };

  const filter = () => {
    const wanted = {};
    for (const box of form.querySelectorAll("input:checked")) (wanted[box.name] ??= []).push(box.value);
    const words = byId("/words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = Object.entries(wanted);
    const active = groups.length > 0 || words.length > 0;
    let left = 0;
    for (const finding of findings) {
      const shown = groups.every(([name, values]) => values.some((value) => finding.keys[name].includes(value)))
        && (words.length === 0 || words.every((word) => textOf(finding).includes(word)));
      left += shown ? 1 : 0;
      if (finding.row.hidden === shown) {
        finding.row.hidden = !shown;
        if (finding.card) finding.card.hidden = !shown;
      }
    }
    for (const group of all(".group")) group.hidden = group.querySelector("li.row:not([hidden])") === null;
    const noun = findings.length === 1 ? "issue" : "issues";
    const told = active ? `${left} of ${findings.length} ${noun}` : `${findings.length} ${noun}`;
    byId("/count").textContent = told;
    byId("/none").hidden = left > 0;
    byId("/filtered").hidden = !active;
    byId("/filtered").querySelector("span").textContent = `Filter: ${told}`;
  };

  const clear = () => {
    form.reset();
    filter();
  };

  if (form) {
    form.hidden = false;
    let waiting = 0;
    form.addEventListener("input", () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(filter);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => { waiting = requestAnimationFrame(filter); });
    byId("/filtered").querySelector("button").addEventListener("click", () => {
      clear();
      byId("/words").focus();
    });
    // A browser may bring back what was typed before a reload.
    filter();
  }

  // A link's target is made visible: unfolded, and brought back where the filter hides it.
  const reveal = () => {
    let target = null;
    try {
      target = byId(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return;
    }
    if (!target) return;
    if (target.closest("[hidden]") && form) clear();
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
    target.focus({ preventScroll: true });
    target.scrollIntoView();
    // Parts that were never laid out take their true height now.
    requestAnimationFrame(() => target.scrollIntoView());
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  // A second click on the same link changes no address.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    if (link && link.hash === location.hash) reveal();
  });

  // Paper has nothing to unfold. A browser may say twice that it prints, and once that it has.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = folded.concat(all("details:not([open])"));
    folded.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => {
    folded.forEach((details) => { details.open = false; });
    folded = [];
  });
})();
