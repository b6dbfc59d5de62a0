// What the page knows: the graph indexed, what waits for what, what matches a filter, and where everything is drawn.
// No DOM in here, so that it can be tested by itself.
(function (root) {
  "use strict";

  const RANK = { error: 3, warning: 2, note: 1 };
  const BOX = { width: 160, height: 27, gap: 6, column: 12, left: 18, title: 34, waves: 20, lane: 12, secret: 24 };

  function pad(wave) {
    return wave === undefined || wave === null ? "?" : String(wave).padStart(3, "0");
  }

  function index(document) {
    const model = {
      document, nodes: new Map(), apps: [], secrets: [], files: [], lanes: new Map(), parent: new Map(),
      children: new Map(), reads: new Map(), writes: new Map(), readers: new Map(), writers: new Map(), refers: new Map(),
      referred: new Map(), deletes: new Map(), deleters: new Map(), findings: document.graph.findings || [],
      of: new Map(), values: document.graph.values || {}, byName: new Map(),
    };
    for (const node of document.nodes) {
      model.nodes.set(node.id, node);
      if (node.kind === "Application" || node.kind === "ApplicationSet") {
        model.apps.push(node);
        push(model.byName, node.label, node);
      } else if (node.kind === "secret") model.secrets.push(node);
      else if (node.kind === "file") model.files.push(node);
    }
    for (const link of document.links) {
      if (!model.nodes.has(link.source) || !model.nodes.has(link.target)) continue;
      if (link.kind === "renders" || link.kind === "generates") {
        const kind = model.nodes.get(link.target).kind;
        if (kind !== "Application" && kind !== "ApplicationSet") continue;
        model.parent.set(link.target, link.source);
        push(model.children, link.source, link.target);
      } else if (link.kind === "reads") both(model.reads, model.readers, link);
      else if (link.kind === "writes") both(model.writes, model.writers, link);
      else if (link.kind === "refers-to") both(model.refers, model.referred, link);
      else if (link.kind === "deletes") both(model.deletes, model.deleters, link);
    }
    makeLanes(model);
    attachFindings(model);
    return model;
  }

  function push(map, key, value) {
    const known = map.get(key);
    if (known) known.push(value);
    else map.set(key, [value]);
  }

  function both(forward, backward, link) {
    push(forward, link.source, link);
    push(backward, link.target, link);
  }

  function list(map, key) {
    return map.get(key) || [];
  }

  function makeLanes(model) {
    for (const app of model.apps) {
      const isRoot = app.kind === "Application" && model.children.has(app.id);
      const scope = app.scope || app.account || "";
      if (!model.lanes.has(scope)) {
        const level = app.tenant || app.instance ? "instance" : app.cluster ? "cluster" : "account";
        model.lanes.set(scope, { id: scope, level, title: scope, root: null, apps: [], secrets: [], account: app.account,
          cluster: app.cluster, instance: app.instance, findings: {} });
      }
      const lane = model.lanes.get(scope);
      if (isRoot) lane.root = app.id;
      else lane.apps.push(app);
      app.lane = scope;
    }
    for (const secret of model.secrets) {
      const lane = laneOfSecret(model, secret);
      if (lane) {
        lane.secrets.push(secret);
        secret.lane = lane.id;
      }
    }
  }

  function laneOfSecret(model, secret) {
    let best = null;
    const path = secret.label + "/";
    for (const lane of model.lanes.values()) {
      if (!lane.cluster) continue;
      const own = [lane.account, lane.cluster, lane.instance].filter(Boolean).join("/") + "/";
      if (path.startsWith(own) && (!best || own.length > best.own)) best = { lane, own: own.length };
    }
    if (best) return best.lane;
    const link = list(model.writers, secret.id)[0] || list(model.readers, secret.id)[0];
    return link ? model.lanes.get(model.nodes.get(link.source).lane) : null;
  }

  function within(outer, inner) {
    return inner === outer || inner.startsWith(outer + ".");
  }

  function attachFindings(model) {
    model.findings.forEach((finding, number) => {
      finding.number = number;
      const places = [finding, ...finding.related];
      let ids = model.apps.filter((app) => app.file === finding.path && app.key && finding.key &&
        (within(app.key, finding.key) || within(finding.key, app.key))).map((app) => app.id);
      const root = model.apps.some((app) => app.file === finding.path && model.children.has(app.id) && app.kind === "Application");
      // what concerns all of a directory is shown at its root, or every box would have a colour
      if (!ids.length && !(root && finding.affects.length > 8)) ids = finding.affects.slice(0, 40).flatMap((name) => list(model.byName, name).map((app) => app.id));
      if (!ids.length) ids = model.apps.filter((app) => app.file === finding.path && (app.key || model.children.has(app.id)) && app.kind === "Application").map((app) => app.id);
      for (const secret of model.secrets) if (finding.message.includes("`" + secret.label + "`")) ids.push(secret.id);
      for (const id of new Set(ids)) push(model.of, id, finding);
      const lane = [...model.lanes.values()].find((one) => places.some((place) => folder(place.path) === one.id));
      if (lane) lane.findings[finding.severity] = (lane.findings[finding.severity] || 0) + 1;
    });
  }

  function folder(path) {
    return path.slice(0, path.lastIndexOf("/"));
  }

  function severity(model, id) {
    let worst = "";
    for (const finding of list(model.of, id)) if ((RANK[finding.severity] || 0) > (RANK[worst] || 0)) worst = finding.severity;
    return worst;
  }

  // -- order

  // Everything that must have happened before `id` can be synced: waves of its own parent and of every parent above,
  // and whoever writes the secrets that any of them reads.
  function upstream(model, id) {
    const found = new Set();
    const started = new Set();
    const ready = (one) => {
      if (found.has(one)) return;
      found.add(one);
      start(one);
      if (model.nodes.get(one).kind === "Application") for (const child of list(model.children, one)) ready(child);
    };
    const start = (one) => {
      if (started.has(one)) return;
      started.add(one);
      const node = model.nodes.get(one);
      for (const link of list(model.reads, one)) {
        found.add(link.target);
        for (const writer of list(model.writers, link.target)) if (writer.source !== id) { found.add(writer.source); start(writer.source); }
      }
      for (const link of list(model.refers, one)) ready(link.target);
      const parent = model.parent.get(one);
      if (!parent) return;
      found.add(parent);
      start(parent);
      if (model.nodes.get(parent).kind !== "Application") return;
      for (const sibling of list(model.children, parent)) {
        const wave = model.nodes.get(sibling).wave;
        if (wave !== undefined && node.wave !== undefined && wave < node.wave) ready(sibling);
      }
    };
    if (model.nodes.get(id).kind === "secret") {
      for (const link of list(model.writers, id)) { found.add(link.source); start(link.source); }
    } else start(id);
    found.delete(id);
    return found;
  }

  // Everything that waits for `id`, directly or not.
  function downstream(model, id) {
    const found = new Set();
    const visit = (one) => {
      if (found.has(one)) return;
      found.add(one);
      const node = model.nodes.get(one);
      if (node.kind === "secret") {
        for (const link of list(model.readers, one)) visit(link.source);
        return;
      }
      for (const child of list(model.children, one)) visit(child);
      for (const link of list(model.writes, one)) visit(link.target);
      for (const link of list(model.referred, one)) visit(link.source);
      if (node.kind !== "Application") return;
      const parent = model.parent.get(one);
      if (!parent || model.nodes.get(parent).kind !== "Application") return;
      for (const sibling of list(model.children, parent)) {
        const wave = model.nodes.get(sibling).wave;
        if (wave !== undefined && node.wave !== undefined && wave > node.wave) visit(sibling);
      }
    };
    visit(id);
    found.delete(id);
    return found;
  }

  // `upstream` in the order in which it comes about: [{scope, wave, apps, secrets}]
  function beforehand(model, id) {
    const groups = new Map();
    const secrets = [];
    for (const one of upstream(model, id)) {
      const node = model.nodes.get(one);
      if (node.kind === "secret") { secrets.push(node); continue; }
      if (model.children.has(one) && node.kind === "Application") continue;
      const key = node.lane + " " + pad(node.wave);
      if (!groups.has(key)) groups.set(key, { scope: node.lane, wave: node.wave, apps: [] });
      groups.get(key).apps.push(node);
    }
    const order = [...groups.values()].sort((a, b) => depth(a.scope) - depth(b.scope) || a.scope.localeCompare(b.scope) ||
      (a.wave || 0) - (b.wave || 0));
    const minutes = new Map();
    for (const group of order) minutes.set(group, Math.max(0, ...group.apps.map((app) => app.minutes || 0)));
    return { groups: order, secrets: secrets.sort((a, b) => a.label.localeCompare(b.label)),
      minutes: [...minutes.values()].reduce((sum, one) => sum + one, 0) };
  }

  function depth(scope) {
    return scope.split("/").length;
  }

  function origin(model, secret) {
    const writers = list(model.writers, secret.id).map((link) => model.nodes.get(link.source));
    if (secret.status === "written" || (writers.length && secret.status !== "declared")) return { text: "written by", writers };
    const by = secret.by ? ": " + secret.by : "";
    const texts = {
      "by-hand": "created by hand before the first sync" + by, declared: "declared in the settings" + by,
      off: "nobody writes it: " + (secret.off || "its Job does not run"), elsewhere: "comes from elsewhere; not judged",
      unknown: "nobody is known to write it",
    };
    return { text: texts[secret.status] || secret.status || "", writers };
  }

  // -- filters

  function matches(model, filter) {
    const words = (filter.text || "").toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set();
    const wants = (node) => {
      if (filter.cluster && node.cluster && node.cluster !== filter.cluster) return false;
      if (filter.cluster && !node.cluster && node.kind !== "secret") return !words.length;
      if (filter.instance && node.instance !== filter.instance) return false;
      if (filter.wave !== "" && filter.wave !== undefined && pad(node.wave) !== filter.wave) return false;
      if (filter.finding && !list(model.of, node.id).some((one) => filter.finding === "any" || one.rule === filter.finding ||
        one.severity === filter.finding)) return false;
      if (!words.length) return true;
      const text = [node.id, node.label, node.chart, node.file, node.namespace, node.status,
        ...list(model.of, node.id).map((one) => one.rule + " " + one.name)].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    };
    for (const app of model.apps) if (wants(app)) shown.add(app.id);
    for (const secret of model.secrets) {
      const lane = model.lanes.get(secret.lane) || {};
      const touching = [...list(model.readers, secret.id), ...list(model.writers, secret.id)].some((l) => shown.has(l.source));
      const own = { ...secret, cluster: lane.cluster, instance: lane.instance, wave: undefined };
      const narrow = filter.instance || (filter.wave !== "" && filter.wave !== undefined);
      if (narrow && !words.length && !filter.finding ? touching : wants({ ...own, instance: filter.instance || own.instance })) shown.add(secret.id);
    }
    return shown;
  }

  function isFiltered(filter) {
    return Boolean(filter.text || filter.cluster || filter.instance || filter.wave || filter.finding);
  }

  // -- layout

  // Lanes from top to bottom with the boxes in them. Waves compare only below one parent, so columns are shared by lanes
  // of one level only.
  function layout(model, shown, collapsed) {
    const lanes = [...model.lanes.values()].map((lane) => ({ lane, apps: lane.apps.filter((app) => shown.has(app.id)),
      secrets: lane.secrets.filter((secret) => shown.has(secret.id)) }))
      .filter((one) => one.apps.length || one.secrets.length || (one.lane.root && shown.has(one.lane.root)));
    lanes.sort((a, b) => a.lane.id.localeCompare(b.lane.id));
    const columns = {};
    for (const level of ["account", "cluster", "instance"]) {
      const waves = new Set();
      for (const one of lanes) if (one.lane.level === level && !collapsed.has(one.lane.id)) for (const app of one.apps) waves.add(app.wave === undefined ? -1e9 : app.wave);
      columns[level] = [...waves].sort((a, b) => a - b);
    }
    const result = { lanes: [], width: 600, height: 0, at: new Map() };
    let y = 10;
    for (const one of lanes) {
      const { lane } = one;
      const waves = columns[lane.level];
      const closed = collapsed.has(lane.id);
      const indent = (depth(lane.id) - 1) * 14;
      const out = { lane, y, closed, boxes: [], columns: [], x: BOX.left + indent, count: one.apps.length };
      const top = y + BOX.title + BOX.waves;
      let height = BOX.title;
      if (!closed) {
        const early = one.secrets.filter((secret) => !list(model.writers, secret.id).some((l) => model.nodes.get(l.source).lane === lane.id));
        const offset = early.length ? 1 : 0;
        const used = new Map();
        const x = (column) => out.x + 12 + column * (BOX.width + BOX.column);
        const put = (node, column, tall) => {
          const below = used.get(column) || 0;
          const box = { id: node.id, node, x: x(column), y: top + below, width: BOX.width, height: tall };
          used.set(column, below + tall + BOX.gap);
          out.boxes.push(box);
          result.at.set(node.id, box);
        };
        if (early.length) out.columns.push({ x: x(0), text: "before the first sync" });
        const present = waves.filter((wave) => one.apps.some((app) => (app.wave === undefined ? -1e9 : app.wave) === wave));
        const place = lanes.filter((l) => l.lane.level === lane.level && !collapsed.has(l.lane.id)).length > 1 && lane.level === "instance" ? waves : present;
        place.forEach((wave, number) => {
          const column = number + offset;
          if (present.includes(wave)) out.columns.push({ x: x(column), text: wave === -1e9 ? "wave ?" : "wave " + pad(wave) });
          for (const app of one.apps) if ((app.wave === undefined ? -1e9 : app.wave) === wave) put(app, column, BOX.height);
          for (const secret of one.secrets) {
            const writer = list(model.writers, secret.id).map((l) => model.nodes.get(l.source)).find((app) => app.lane === lane.id);
            if (writer && (writer.wave === undefined ? -1e9 : writer.wave) === wave) put(secret, column, BOX.secret);
          }
        });
        for (const secret of early) put(secret, 0, BOX.secret);
        height = BOX.title + BOX.waves + Math.max(0, ...used.values()) + 8;
        result.width = Math.max(result.width, x(place.length + offset) + 10);
      }
      out.height = height;
      if (lane.root) result.at.set(lane.root, { id: lane.root, x: out.x, y, width: 320, height: BOX.title, head: true });
      result.lanes.push(out);
      y += height + BOX.lane;
    }
    result.height = y + 20;
    return result;
  }

  // Direct connections of one node that are drawn as lines: [{from, to, kind, direction}]
  function lines(model, id) {
    const found = new Map();
    const add = (from, to, kind, direction) => found.set(from + " " + to, { from, to, kind, direction });
    const node = model.nodes.get(id);
    if (node.kind === "secret") {
      for (const link of list(model.writers, id)) add(link.source, id, "writes", "up");
      for (const link of list(model.readers, id)) add(id, link.source, "reads", "down");
    } else {
      for (const link of list(model.reads, id)) {
        add(link.target, id, "reads", "up");
        for (const writer of list(model.writers, link.target)) add(writer.source, link.target, "writes", "up");
      }
      for (const link of list(model.writes, id)) {
        add(id, link.target, "writes", "down");
        for (const reader of list(model.readers, link.target)) add(link.target, reader.source, "reads", "down");
      }
      for (const link of list(model.refers, id)) add(link.target, id, "refers-to", "up");
      for (const link of list(model.referred, id)) add(id, link.source, "refers-to", "down");
    }
    return [...found.values()];
  }

  root.MasGraph = { index, upstream, downstream, beforehand, origin, matches, isFiltered, layout, lines, severity, pad, list, BOX };
  if (typeof module !== "undefined") module.exports = root.MasGraph;
})(typeof window !== "undefined" ? window : globalThis);
