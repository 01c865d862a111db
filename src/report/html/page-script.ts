import { squarify } from './squarify.ts';

/**
 * What the page does in the browser: the treemaps (layout, zoom, search, keys, the box that follows the pointer).
 * Names reach the document as text only. A tree is `[name, bytes, files, children or 0, mark]`.
 */
export const pageScript: string = `'use strict';
const squarify = ${squarify.toString()};
${treemapScript()}`;

function treemapScript(): string {
  return `
const data = JSON.parse(document.getElementById('data').textContent);
const units = ['B', 'kB', 'MB', 'GB', 'TB'];
function bytes(value) {
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return value.toFixed(unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2) + ' ' + units[unit];
}
function grow(raw, parent, group, isDead) {
  const node = { name: raw[0], size: raw[1], files: raw[2], parent, group: raw[4] && raw[4] !== 'dead' ? raw[4] : group, isDead: isDead || raw[4] === 'dead', children: [], depth: parent ? parent.depth + 1 : 0 };
  if (raw[3]) node.children = raw[3].map((child) => grow(child, node, node.group, node.isDead));
  return node;
}
function shade(text) {
  let hash = 7;
  for (let i = 0; i < text.length; i += 1) hash = (hash * 31 + text.charCodeAt(i)) % 9973;
  return hash % 9 - 4;
}
function pathOf(node) {
  const names = [];
  for (let one = node; one.parent; one = one.parent) names.unshift(one.name);
  return names;
}
// Packages of one group differ by a little hue, so that neighbours can be told apart.
function hueOf(node) {
  let one = node;
  while (one.parent && one.parent.parent && one.parent.parent.parent) one = one.parent;
  if (!one.parent || !one.parent.parent) return 0;
  let hash = 5;
  for (let i = 0; i < one.name.length; i += 1) hash = (hash * 33 + one.name.charCodeAt(i)) % 9973;
  return hash % 7 * 6 - 18;
}
const tip = document.getElementById('tip');
const announce = document.getElementById('announce');
const maps = [];

class Treemap {
  constructor(host, raw, other) {
    this.host = host;
    this.stage = host.querySelector('.stage');
    this.crumbs = host.querySelector('.crumbs');
    this.root = grow(raw, null, '', false);
    this.focus = this.root;
    this.tiles = [];
    this.chosen = null;
    this.query = '';
    this.scale = 1;
    this.stage.addEventListener('click', (event) => this.click(event));
    this.stage.addEventListener('mousemove', (event) => this.hover(event));
    this.stage.addEventListener('mouseleave', () => { tip.hidden = true; });
    this.stage.addEventListener('keydown', (event) => this.key(event));
    this.stage.addEventListener('focus', () => { if (!this.chosen && this.stage.matches(':focus-visible')) this.choose(this.firstTile()); });
    this.stage.addEventListener('blur', () => { this.choose(null); });
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }
  zoom(node) {
    if (!node || node.children.length === 0) return;
    this.focus = node;
    this.chosen = null;
    tip.hidden = true;
    this.draw();
    announce.textContent = (pathOf(node).join(' / ') || node.name) + ', ' + bytes(node.size);
  }
  draw() {
    const width = this.stage.clientWidth;
    const height = this.stage.clientHeight;
    this.tiles = [];
    const part = document.createDocumentFragment();
    const factor = Math.sqrt(this.scale);
    const box = { x: 0, y: 0, width: width * factor, height: height * factor };
    this.fill(part, this.focus, box, 0);
    this.stage.replaceChildren(part);
    this.drawCrumbs();
    this.mark();
  }
  fill(part, node, box, level) {
    const children = node.children;
    const boxes = squarify(children.map((child) => child.size), box);
    for (let i = 0; i < children.length; i += 1) {
      const gap = level === 0 ? 1.5 : 0.75;
      const b = { x: boxes[i].x + gap / 2, y: boxes[i].y + gap / 2, width: boxes[i].width - gap, height: boxes[i].height - gap };
      if (b.width < 1.5 || b.height < 1.5) continue;
      this.tile(part, children[i], b, level);
    }
  }
  tile(part, node, box, level) {
    const element = document.createElement('div');
    element.className = 'tile g-' + (node.group || 'none') + (node.isDead ? ' dead' : '');
    element.style.cssText = 'left:' + box.x.toFixed(1) + 'px;top:' + box.y.toFixed(1) + 'px;width:' + box.width.toFixed(1) + 'px;height:' + box.height.toFixed(1) + 'px;--v:' + (shade(node.name) + Math.min(level, 4) * 1.6) + ';--dh:' + hueOf(node);
    const entry = { node, element, box };
    element.dataset.tile = this.tiles.length;
    this.tiles.push(entry);
    const isOpen = node.children.length > 0 && box.width > 46 && box.height > 36 && level < 7;
    const head = level === 0 ? 19 : 15;
    if (box.width > 30 && box.height > 14) {
      const label = document.createElement('span');
      label.className = 'label' + (isOpen ? ' head' : '');
      if (isOpen && level === 0) label.classList.add('top');
      label.textContent = node.name;
      const room = box.width > node.name.length * 6.3 + 62;
      const below = !isOpen && box.height > 31 && box.width > bytes(node.size).length * 6.4 + 12;
      if ((isOpen && room) || (!isOpen && (below || room))) {
        const size = document.createElement('small');
        size.textContent = bytes(node.size);
        if (!isOpen && below) size.className = 'below';
        label.append(size);
      }
      element.append(label);
    }
    if (isOpen) element.classList.add('open');
    part.append(element);
    if (isOpen) {
      const inner = { x: box.x + 2, y: box.y + head, width: box.width - 4, height: box.height - head - 2 };
      this.fill(part, node, inner, level + 1);
    }
  }
  drawCrumbs() {
    this.crumbs.replaceChildren();
    const chain = [];
    for (let one = this.focus; one; one = one.parent) chain.unshift(one);
    chain.forEach((node, i) => {
      if (i > 0) this.crumbs.append(' › ');
      const isLast = i === chain.length - 1;
      const item = document.createElement(isLast ? 'b' : 'button');
      item.textContent = i === 0 ? 'whole image' : node.name;
      if (!isLast) item.addEventListener('click', () => { this.zoom(node); this.stage.focus(); });
      this.crumbs.append(item);
    });
    const size = document.createElement('span');
    size.className = 'muted';
    size.textContent = ' ' + bytes(this.focus.size) + ' · ' + this.focus.files.toLocaleString('en-US') + (this.focus.files === 1 ? ' file' : ' files');
    this.crumbs.append(size);
  }
  entryAt(event) {
    const element = event.target.closest('.tile');
    return element ? this.tiles[Number(element.dataset.tile)] : undefined;
  }
  click(event) {
    const entry = this.entryAt(event);
    if (!entry) return;
    const node = entry.node.children.length > 0 ? entry.node : entry.node.parent;
    if (node !== this.focus) this.zoom(node);
  }
  hover(event) {
    const entry = this.entryAt(event);
    if (!entry) { tip.hidden = true; return; }
    this.describe(entry.node, event.clientX, event.clientY);
  }
  describe(node, x, y) {
    tip.replaceChildren();
    const name = document.createElement('b');
    name.textContent = node.name;
    const path = document.createElement('div');
    path.className = 'path';
    path.textContent = pathOf(node).slice(0, -1).join(' / ');
    const facts = document.createElement('div');
    const share = node.size / this.root.size * 100;
    facts.textContent = bytes(node.size) + ' · ' + (share < 0.1 ? '<0.1' : share.toFixed(1)) + '% of the image · ' + node.files.toLocaleString('en-US') + (node.files === 1 ? ' file' : ' files') + (node.isDead ? ' · dead: stored, never seen' : '');
    tip.append(path, name, facts);
    tip.hidden = false;
    const margin = 14;
    const left = Math.min(x + margin, innerWidth - tip.offsetWidth - 8);
    const top = y + margin + tip.offsetHeight > innerHeight ? y - margin - tip.offsetHeight : y + margin;
    tip.style.left = Math.max(8, left) + 'px';
    tip.style.top = Math.max(8, top) + 'px';
  }
  firstTile() { return this.tiles.find((entry) => entry.node.parent === this.focus) || null; }
  choose(entry) {
    if (this.chosen) this.chosen.element.classList.remove('chosen');
    this.chosen = entry;
    if (!entry) { tip.hidden = true; return; }
    entry.element.classList.add('chosen');
    const place = this.stage.getBoundingClientRect();
    this.describe(entry.node, place.left + entry.box.x + Math.min(entry.box.width, 60), place.top + entry.box.y + Math.min(entry.box.height, 30));
    announce.textContent = entry.node.name + ', ' + bytes(entry.node.size) + (entry.node.children.length ? ', Enter opens it' : '');
  }
  key(event) {
    const current = this.chosen || this.firstTile();
    if (!current) return;
    const siblings = this.tiles.filter((entry) => entry.node.parent === current.node.parent);
    const at = siblings.indexOf(current);
    const go = (entry) => { if (entry) this.choose(entry); event.preventDefault(); };
    if (event.key === 'ArrowRight') go(siblings[(at + 1) % siblings.length]);
    else if (event.key === 'ArrowLeft') go(siblings[(at + siblings.length - 1) % siblings.length]);
    else if (event.key === 'ArrowDown') go(this.tiles.find((entry) => entry.node.parent === current.node));
    else if (event.key === 'ArrowUp') go(this.tiles.find((entry) => entry.node === current.node.parent));
    else if (event.key === 'Enter' || event.key === ' ') { this.zoom(current.node); this.choose(this.firstTile()); event.preventDefault(); }
    else if (event.key === 'Escape' || event.key === 'Backspace') { this.zoom(this.focus.parent); this.choose(this.firstTile()); event.preventDefault(); }
  }
  search(query) {
    this.query = query;
    this.mark();
    let found = 0;
    let size = 0;
    const visit = (node) => {
      if (node.parent && node.name.toLowerCase().includes(query)) { found += 1; size += node.size; return; }
      node.children.forEach(visit);
    };
    if (query) visit(this.root);
    return { found, size };
  }
  mark() {
    const query = this.query;
    for (const { node, element } of this.tiles) {
      const isOpen = element.classList.contains('open');
      let hit = false;
      for (let one = node; query && one.parent && !hit; one = one.parent) hit = one.name.toLowerCase().includes(query);
      let holds = false;
      if (query && !hit && !isOpen) {
        const stack = [...node.children];
        while (stack.length && !holds) { const one = stack.pop(); holds = one.name.toLowerCase().includes(query); stack.push(...one.children); }
      }
      element.classList.toggle('hit', hit);
      element.classList.toggle('miss', Boolean(query) && !hit && !holds);
    }
  }
}

if (data.trees) {
  for (const side of ['fat', 'lean']) maps.push(new Treemap(document.getElementById('map-' + side), data.trees[side]));
  const search = document.getElementById('search');
  const hits = document.getElementById('hits');
  const look = () => {
    const query = search.value.trim().toLowerCase();
    const [fat, lean] = maps.map((map) => map.search(query));
    hits.textContent = query ? 'before ' + bytes(fat.size) + ' in ' + fat.found + ' · after ' + bytes(lean.size) + ' in ' + lean.found : '';
  };
  search.addEventListener('input', look);
  search.addEventListener('keydown', (event) => { if (event.key === 'Escape') { search.value = ''; look(); } });
  const scale = document.getElementById('scale');
  const rescale = () => {
    const largest = Math.max(...maps.map((map) => map.root.size));
    for (const map of maps) { map.scale = scale.checked ? map.root.size / largest : 1; map.draw(); }
  };
  scale.addEventListener('change', rescale);
  addEventListener('keydown', (event) => {
    if (event.key === '/' && !/^(?:INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); search.focus(); }
  });
}
`;
}
