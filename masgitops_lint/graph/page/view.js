// Draws the model and answers clicks. Text goes in as text only, never as markup.
(function () {
  "use strict";
  const G = window.MasGraph;
  const model = G.index(JSON.parse(document.getElementById("data").textContent));
  const $ = (id) => document.getElementById(id);
  const canvas = $("canvas"), picture = $("picture"), panel = $("panel");
  const collapsed = new Set();
  const opened = new Set();
  let filter = { text: "", cluster: "", instance: "", wave: "", finding: "" };
  let selected = null, up = new Set(), down = new Set(), plan = null, drawn = new Map();

  const instanceLanes = [...model.lanes.values()].filter((lane) => lane.level === "instance");
  if (instanceLanes.length > 12) for (const lane of instanceLanes) collapsed.add(lane.id);

  function svg(name, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function html(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const key in attributes || {}) {
      if (key === "onclick") element.addEventListener("click", attributes[key]);
      else element.setAttribute(key, attributes[key]);
    }
    for (const child of children) if (child !== null && child !== undefined) element.append(child);
    return element;
  }

  function short(node) {
    let text = node.label;
    if (node.kind === "secret") {
      const lane = model.lanes.get(node.lane);
      if (lane) {
        for (const own of [[lane.account, lane.cluster, lane.instance], [lane.account, lane.cluster]]) {
          const prefix = own.filter(Boolean).join("/") + "/";
          if (text.startsWith(prefix)) { text = text.slice(prefix.length); break; }
        }
      }
      return fit(text, G.severity(model, node.id) ? 20 : 22);
    }
    if (node.cluster) text = (text + ".").replace("." + node.cluster + (node.instance ? "." + node.instance : "") + ".", ".").replace("." + node.cluster + ".", ".").replace(/\.$/, "");
    return fit(text, G.severity(model, node.id) ? 20 : 22);
  }

  function fit(text, length) {
    return text.length <= length ? text : text.slice(0, length - 9) + "…" + text.slice(-8);
  }

  // -- drawing

  function refresh() {
    const shown = G.matches(model, filter);
    const active = G.isFiltered(filter);
    // what a filter finds is never hidden in a closed lane, unless that would open very many
    const closed = new Set(collapsed);
    if (active) {
      const hit = new Set([...shown].map((id) => model.nodes.get(id).lane));
      if (hit.size <= 40) for (const lane of hit) closed.delete(lane);
    }
    for (const lane of opened) closed.delete(lane);
    plan = G.layout(model, shown, closed);
    picture.setAttribute("width", plan.width);
    picture.setAttribute("height", plan.height);
    picture.replaceChildren();
    drawn = new Map();
    $("nothing").hidden = plan.lanes.length > 0;
    draw();
  }

  function draw() {
    const top = canvas.scrollTop - 500, bottom = canvas.scrollTop + canvas.clientHeight + 500;
    for (const [id, group] of drawn) {
      const lane = plan.lanes.find((one) => one.lane.id === id);
      if (!lane || lane.y + lane.height < top || lane.y > bottom) { group.remove(); drawn.delete(id); }
    }
    for (const lane of plan.lanes) {
      if (lane.y + lane.height < top || lane.y > bottom || drawn.has(lane.lane.id)) continue;
      const group = drawLane(lane);
      drawn.set(lane.lane.id, group);
      picture.append(group);
    }
    for (const head of picture.querySelectorAll(".stay")) head.setAttribute("transform", `translate(${canvas.scrollLeft} 0)`);
    drawLines();
    paint();
  }

  function drawLane(out) {
    const { lane } = out;
    const group = svg("g", {});
    group.append(svg("rect", { class: "lane " + lane.level, x: out.x, y: out.y, width: Math.max(plan.width - out.x - 8, 300), height: out.height, rx: 8 }));
    const head = svg("g", { class: "head box", tabindex: 0, "data-id": lane.root || "", "data-lane": lane.id });
    head.append(svg("rect", { x: out.x, y: out.y, width: 310, height: 30, rx: 8 }));
    head.append(svg("text", { x: out.x + 12, y: out.y + 21, class: "title" }, (out.closed ? "▸ " : "▾ ") + lane.level + "  " + lane.title));
    const stay = svg("g", { class: "stay" });
    stay.append(head);
    group.append(stay);
    const counts = ["error", "warning", "note"].filter((one) => lane.findings[one]).map((one) => lane.findings[one] + " " + one + (lane.findings[one] > 1 ? "s" : ""));
    const info = out.count + " object" + (out.count === 1 ? "" : "s") + (counts.length ? ", " + counts.join(", ") : "");
    stay.append(svg("text", { x: out.x + 330, y: out.y + 21, class: "soft" }, info));
    for (const column of out.columns) group.append(svg("text", { x: column.x + 2, y: out.y + G.BOX.title + 11, class: "soft" }, column.text));
    for (const box of out.boxes) group.append(drawBox(box));
    return group;
  }

  function drawBox(box) {
    const { node } = box;
    const worst = G.severity(model, node.id);
    const kind = node.kind === "secret" ? "secret " + (node.status || "") : node.kind === "ApplicationSet" ? "set" : "";
    const group = svg("g", { class: ("box " + kind + " " + worst).trim(), "data-id": node.id, tabindex: 0, role: "button", "aria-label": node.kind + " " + node.label });
    group.append(svg("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: node.kind === "secret" ? 12 : 5 }));
    group.append(svg("text", { x: box.x + (worst ? 20 : 9), y: box.y + box.height / 2 + 4 }, short(node)));
    if (worst) group.append(svg("circle", { class: "dot " + worst, cx: box.x + 11, cy: box.y + box.height / 2, r: 4 }));
    group.append(svg("title", {}, node.label));
    return group;
  }

  function drawLines() {
    for (const old of picture.querySelectorAll("path.edge")) old.remove();
    if (!selected) return;
    for (const line of G.lines(model, selected)) {
      const from = plan.at.get(line.from), to = plan.at.get(line.to);
      if (!from || !to) continue;
      const x1 = from.x + (from.head ? 200 : from.width), y1 = from.y + from.height / 2, x2 = to.x, y2 = to.y + to.height / 2;
      if (Math.abs(to.x - from.x) < from.width) {
        const side = Math.max(x1, to.x + to.width);
        picture.append(svg("path", { class: "edge " + line.direction, d: `M${x1} ${y1} C${side + 22} ${y1} ${side + 22} ${y2} ${to.x + to.width} ${y2}` }));
        continue;
      }
      const bend = Math.max(40, Math.abs(x2 - x1) / 2.5);
      picture.append(svg("path", { class: "edge " + line.direction, d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }));
    }
  }

  function paint() {
    for (const box of picture.querySelectorAll("[data-id]")) {
      const id = box.getAttribute("data-id");
      const list = box.classList;
      list.toggle("pick", id === selected && id !== "");
      list.toggle("up", up.has(id));
      list.toggle("down", down.has(id));
      list.toggle("dim", Boolean(selected) && !list.contains("head") && id !== selected && !up.has(id) && !down.has(id));
    }
  }

  // -- choosing

  function select(id, reveal) {
    if (id && !model.nodes.has(id)) id = null;
    selected = id;
    up = id ? G.upstream(model, id) : new Set();
    down = id ? G.downstream(model, id) : new Set();
    if (id) {
      const lane = model.nodes.get(id).lane;
      if (reveal && !plan.at.has(id)) { if (lane) opened.add(lane); setFilter({ text: "", cluster: "", instance: "", wave: "", finding: "" }); }
      history.replaceState(null, "", "#" + encodeURIComponent(id));
    } else history.replaceState(null, "", location.pathname + location.search);
    if (reveal && id && plan.at.has(id)) {
      const box = plan.at.get(id);
      if (box.y < canvas.scrollTop || box.y + box.height > canvas.scrollTop + canvas.clientHeight) canvas.scrollTop = box.y - canvas.clientHeight / 3;
      if (box.x < canvas.scrollLeft || box.x + box.width > canvas.scrollLeft + canvas.clientWidth) canvas.scrollLeft = box.x - canvas.clientWidth / 2;
    }
    draw();
    describe();
  }

  function go(node, text) {
    return html("a", { href: "#" + encodeURIComponent(node.id), onclick: (event) => { event.preventDefault(); select(node.id, true); } }, text || node.label);
  }

  function where(item, path) {
    const file = item.file || path;
    return file ? html("span", { class: "file soft" }, file + (item.line ? ":" + item.line : "")) : null;
  }

  function duration(minutes) {
    return minutes >= 60 ? Math.floor(minutes / 60) + " h" + (minutes % 60 ? " " + (minutes % 60) + " min" : "") : minutes + " min";
  }

  function describe() {
    panel.replaceChildren();
    panel.scrollTop = 0;
    if (!selected) return overview();
    const node = model.nodes.get(selected);
    panel.append(html("button", { onclick: () => select(null), title: "Esc" }, "← overview"));
    panel.append(html("h2", {}, node.label));
    const tags = html("p", {}, html("span", { class: "tag" }, node.kind));
    if (node.wave !== undefined) tags.append(html("span", { class: "tag" }, "wave " + G.pad(node.wave)));
    if (node.status) tags.append(html("span", { class: "tag" }, node.status));
    if (node.minutes) tags.append(html("span", { class: "tag", title: model.document.graph.durations || "" }, "about " + duration(node.minutes)));
    panel.append(tags);
    findings(G.list(model.of, node.id));
    if (node.kind === "secret") describeSecret(node);
    else describeApplication(node);
  }

  function section(title, ...items) {
    if (!items.length) return;
    panel.append(html("h3", {}, title), html("ul", {}, ...items));
  }

  function facts(pairs) {
    const dl = html("dl", {});
    for (const [name, value] of pairs) if (value !== undefined && value !== null && value !== "") dl.append(html("dt", {}, name), html("dd", {}, value));
    panel.append(dl);
  }

  function describeApplication(node) {
    const parent = model.parent.get(node.id);
    facts([["file", where(node)], ["key", node.key], ["chart", node.chart], ["namespace", node.namespace], ["server", node.server],
      ["prune", node.prune === undefined ? "not said" : String(node.prune)], ["made by", parent ? go(model.nodes.get(parent)) : ""]]);
    section("Reads", ...uses(node));
    section("Writes", ...unique(G.list(model.writes, node.id), (l) => l.target).map((link) => html("li", {}, go(model.nodes.get(link.target)),
      html("div", { class: "soft" }, "read by " + unique(G.list(model.readers, link.target), (l) => l.source).length + " Application(s)"))));
    section("Deletes when it is removed", ...G.list(model.deletes, node.id).map((link) => html("li", {}, go(model.nodes.get(link.target)))));
    section("Needs installed", ...G.list(model.refers, node.id).map((link) => html("li", {}, go(model.nodes.get(link.target)))));
    const before = G.beforehand(model, node.id);
    if (before.groups.length) {
      panel.append(html("h3", {}, "Must be ready before it"));
      if (before.minutes) panel.append(html("p", { class: "soft" }, "at least " + duration(before.minutes) + " by the times IBM publishes (estimate)"));
      const rows = [];
      let scope = "";
      for (const group of before.groups) {
        if (group.scope !== scope) rows.push(html("li", { class: "soft" }, group.scope));
        scope = group.scope;
        const row = html("li", {}, html("span", { class: "wave" }, G.pad(group.wave)));
        group.apps.forEach((app, number) => row.append(number ? ", " : "", go(app, short(app))));
        rows.push(row);
      }
      panel.append(html("ul", {}, ...rows));
    }
    const after = [...down].map((id) => model.nodes.get(id)).filter((one) => one.kind === "Application");
    if (after.length) section("Waits for it (" + after.length + ")", ...after.slice(0, 60).map((one) => html("li", {}, html("span", { class: "wave" }, G.pad(one.wave)), go(one))));
    const values = model.values[node.id] || [];
    if (values.length) {
      panel.append(html("h3", {}, "Values"), html("table", {}, ...values.map(([key, value]) => html("tr", {}, html("td", {}, key), html("td", {}, html("code", {}, value))))));
    }
  }

  function unique(items, key) {
    const seen = new Map();
    for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item);
    return [...seen.values()];
  }

  function source(secret) {
    const from = G.origin(model, secret);
    const line = html("div", { class: "soft" }, from.text + " ");
    unique(from.writers, (one) => one.id).forEach((writer, number) => line.append(number ? ", " : "", go(writer), " (wave " + G.pad(writer.wave) + ")"));
    return line;
  }

  function uses(node) {
    const grouped = new Map();
    for (const link of G.list(model.reads, node.id)) { if (!grouped.has(link.target)) grouped.set(link.target, []); grouped.get(link.target).push(link); }
    return [...grouped].map(([id, links]) => {
      const secret = model.nodes.get(id);
      const row = html("li", {}, go(secret), source(secret));
      for (const link of links) row.append(html("div", {}, html("code", {}, link.label || "(whole)"), " ", where(link)));
      return row;
    });
  }

  function describeSecret(node) {
    panel.append(html("h3", {}, "Where it comes from"), source(node));
    facts([["fields read", (node.fields || []).join(", ")]]);
    section("Read by", ...unique(G.list(model.readers, node.id), (l) => l.source + l.file + l.line + l.label).map((link) => html("li", {}, html("span", { class: "wave" }, G.pad(model.nodes.get(link.source).wave)),
      go(model.nodes.get(link.source)), html("div", {}, html("code", {}, link.label || ""), " ", where(link)))));
    section("Deleted by", ...G.list(model.deleters, node.id).map((link) => html("li", {}, go(model.nodes.get(link.source)))));
  }

  function findings(found) {
    for (const one of found) {
      const block = html("div", { class: "finding " + one.severity }, html("b", {}, one.rule + " " + one.name), html("div", {}, one.message),
        html("div", { class: "file soft" }, one.path + ":" + one.line));
      if (one.help) block.append(html("div", {}, html("i", {}, one.help)));
      for (const related of one.related) block.append(html("div", { class: "soft" }, related.message + " ", html("span", { class: "file" }, related.path + ":" + related.line)));
      panel.append(block);
    }
  }

  function overview() {
    const apps = model.apps.filter((app) => app.kind === "Application");
    panel.append(html("h2", {}, "Overview"));
    const clusters = new Set(model.apps.map((app) => app.cluster).filter(Boolean));
    facts([["Applications", apps.length], ["ApplicationSets", model.apps.length - apps.length], ["clusters", clusters.size],
      ["instances", [...model.lanes.values()].filter((one) => one.level === "instance").length], ["secrets", model.secrets.length], ["charts", model.document.graph.charts || ""]]);
    panel.append(html("p", { class: "soft" }, "Click a box: what must be ready before it turns blue, what waits for it turns orange. Waves order only what stands in one lane."));
    if (model.findings.length) panel.append(html("h3", {}, "Findings"));
    const ranked = [...model.findings].sort((a, b) => "ewn".indexOf(a.severity[0]) - "ewn".indexOf(b.severity[0]));
    findings(ranked.slice(0, 40));
    section("Secrets (" + model.secrets.length + ")", ...model.secrets.slice(0, 200).map((secret) => html("li", {}, go(secret), source(secret))));
  }

  // -- controls

  function options(select, first, values) {
    select.append(html("option", { value: "" }, first));
    for (const [value, text] of values) select.append(html("option", { value }, text));
  }

  function distinct(name) {
    return [...new Set(model.apps.map((app) => app[name]).filter((one) => one !== undefined && one !== ""))].sort();
  }

  function setFilter(next) {
    filter = { ...filter, ...next };
    for (const name of ["cluster", "instance", "wave", "finding"]) $(name).value = filter[name];
    if ($("search").value !== filter.text) $("search").value = filter.text;
    refresh();
  }

  options($("cluster"), "all clusters", distinct("cluster").map((one) => [one, one]));
  options($("instance"), "all instances", distinct("instance").map((one) => [one, one]));
  options($("wave"), "all waves", [...new Set(model.apps.map((app) => G.pad(app.wave)))].sort().map((one) => [one, "wave " + one]));
  const rules = [...new Map(model.findings.map((one) => [one.rule, one.rule + " " + one.name])).entries()].sort();
  options($("finding"), "with or without finding", model.findings.length ? [["any", "with a finding"], ["error", "errors"], ["warning", "warnings"], ["note", "notes"], ...rules] : []);
  for (const name of ["cluster", "instance", "wave", "finding"]) $(name).addEventListener("change", () => setFilter({ [name]: $(name).value }));
  let timer = 0;
  $("search").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => setFilter({ text: $("search").value }), 120); });
  const reset = () => { opened.clear(); select(null); setFilter({ text: "", cluster: "", instance: "", wave: "", finding: "" }); };
  $("reset").addEventListener("click", reset);
  $("reset2").addEventListener("click", reset);
  $("about").textContent = model.document.graph.charts || "";

  function activate(target) {
    const box = target.closest("[data-id]");
    if (!box) { if (selected) select(null); return; }
    const lane = box.getAttribute("data-lane");
    if (lane !== null) {
      const closing = plan.lanes.some((one) => one.lane.id === lane && !one.closed);
      if (closing) { collapsed.add(lane); opened.delete(lane); } else { collapsed.delete(lane); opened.add(lane); }
      refresh();
      if (box.getAttribute("data-id")) select(box.getAttribute("data-id"));
      return;
    }
    select(box.getAttribute("data-id"));
  }

  picture.addEventListener("click", (event) => activate(event.target));
  picture.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); activate(event.target); } });
  let frame = 0;
  canvas.addEventListener("scroll", () => { cancelAnimationFrame(frame); frame = requestAnimationFrame(draw); });
  window.addEventListener("resize", () => draw());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") select(null);
    if (event.key === "/" && document.activeElement !== $("search")) { event.preventDefault(); $("search").focus(); }
  });

  const legend = [["var(--card)", "Application"], ["var(--secret)", "secret"], ["var(--blue-bg)", "must be ready before"], ["var(--orange-bg)", "waits for it"],
    ["var(--red)", "error"], ["var(--amber)", "warning"], ["var(--note)", "note"]];
  for (const [colour, text] of legend) { const mark = html("i", {}); mark.style.background = colour; $("legend").append(html("span", {}, mark, text)); }

  refresh();
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted && model.nodes.has(wanted)) select(wanted, true);
  else describe();
})();
