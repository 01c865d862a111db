/** The treemap: layout, zoom, search, keys, the box that follows the pointer. `squarify` is there already. */
export const auditMapScript: string = `
const data = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);
const [stage, crumbs, tip, announce, search, hits] = ['stage', 'crumbs', 'tip', 'announce', 'search', 'hits'].map(byId);
const units = ['B', 'kB', 'MB', 'GB', 'TB'];
function bytes(value) {
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return value.toFixed(unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2) + ' ' + units[unit];
}
const files = (count) => count.toLocaleString('en-US') + (count === 1 ? ' file' : ' files');
function grow(raw, parent) {
  const [name, size, fileCount, group = 0, dead = 0, avoidable = 0, kind = 0, layer = 0, children = []] = raw;
  const node = { name, size, files: fileCount, group, dead, avoidable, kind, layer: layer - 1, parent, lower: name.toLowerCase(), children: [] };
  node.children = children.map((child) => grow(child, node));
  return node;
}
const grown = {};
let view = 'layers';
const root = () => (grown[view] ||= grow(data.trees[view], null));
let focus = root();
let tiles = [];
let query = '';
function chain(node) {
  const all = [];
  for (let one = node; one; one = one.parent) all.unshift(one);
  return all;
}
const pathOf = (node) => chain(node).slice(1).map((one) => one.name).join(' / ');
function hash(text) {
  let sum = 7;
  for (let i = 0; i < text.length; i += 1) sum = (sum * 31 + text.charCodeAt(i)) % 9973;
  return sum;
}
// Neighbours of one group differ a little in hue, so that they can be told apart: from where the bytes first part.
function hueOf(node) {
  const all = chain(node);
  const at = all.findIndex((one, i) => i > 1 && one.size < one.parent.size * 0.75);
  return at < 0 ? 0 : (hash(all[at].name) % 7) * 5 - 15;
}
function wasteOf(node) {
  return [
    ...(node.avoidable ? [bytes(node.avoidable) + ' avoidable'] : []),
    ...(node.dead ? [bytes(node.dead) + ' dead'] : []),
  ].join(', ');
}
function describe(node) {
  const share = node.size / (root().size || 1) * 100;
  const kind = node.kind ? data.kinds[node.kind - 1] : '';
  const waste = wasteOf(node);
  const part = node === root() ? '' : (share < 0.1 ? '<0.1' : share.toFixed(1)) + '% of the image · ';
  return bytes(node.size) + ' · ' + part + files(node.files) + (waste ? ' · ' + waste + (kind ? ': ' + kind : '') : '');
}

function draw() {
  const part = document.createDocumentFragment();
  tiles = [];
  const boxes = { x: 0, y: 0, width: stage.clientWidth, height: stage.clientHeight };
  if (focus.children.length) fill(part, focus, boxes, 0);
  else tile(part, focus, boxes, 0);
  stage.replaceChildren(part);
  const first = tiles.find((entry) => entry.level === 0);
  if (first) first.element.tabIndex = 0;
  drawCrumbs();
  mark();
}
function fill(part, node, box, level) {
  const boxes = squarify(node.children.map((child) => child.size), box);
  const gap = level === 0 ? 1.5 : 0.75;
  node.children.forEach((child, i) => {
    const b = { x: boxes[i].x + gap / 2, y: boxes[i].y + gap / 2, width: boxes[i].width - gap, height: boxes[i].height - gap };
    if (b.width >= 1.5 && b.height >= 1.5) tile(part, child, b, level);
  });
}
function tile(part, node, box, level) {
  const element = document.createElement('div');
  const isOpen = node !== focus && node.children.length > 0 && box.width > 46 && box.height > 36 && level < 7;
  const isRest = node.children.length === 0 && /^[0-9,]+ more files?$/.test(node.name);
  element.className = 'tile g-' + data.groups[node.group] + (isOpen ? ' open' : '') + (!isOpen && node.dead + node.avoidable > 0 ? ' wasteful' : '') + (isRest ? ' rest' : '');
  const waste = isOpen ? '' : ';--dead-share:' + (node.dead / node.size).toFixed(2) + ';--avoidable-share:' + (node.avoidable / node.size).toFixed(2);
  element.style.cssText = 'left:' + box.x.toFixed(1) + 'px;top:' + box.y.toFixed(1) + 'px;width:' + box.width.toFixed(1) + 'px;height:' + box.height.toFixed(1) + 'px;--v:' + (hash(node.name) % 9 - 4 + Math.min(level, 4) * 1.6).toFixed(1) + ';--dh:' + hueOf(node) + waste;
  if (level === 0) {
    element.tabIndex = -1;
    element.setAttribute('role', 'button');
    element.setAttribute('aria-label', node.name + ', ' + describe(node) + (node.children.length ? '' : ', a leaf'));
  }
  element.dataset.tile = tiles.length;
  tiles.push({ node, element, box, level, isOpen });
  label(element, node, box, { isOpen, level });
  part.append(element);
  const head = level === 0 ? 19 : 15;
  if (isOpen) fill(part, node, { x: box.x + 2, y: box.y + head, width: box.width - 4, height: box.height - head - 2 }, level + 1);
}
function label(element, node, box, { isOpen, level }) {
  if (box.width <= 30 || box.height <= 14) return;
  const text = document.createElement('span');
  text.className = 'label' + (isOpen ? ' head' : '') + (isOpen && level === 0 ? ' top' : '');
  text.textContent = node.name;
  const room = box.width > node.name.length * 6.3 + 62;
  const below = !isOpen && box.height > 31 && box.width > bytes(node.size).length * 6.4 + 12;
  if (room || below) {
    const size = document.createElement('small');
    size.textContent = bytes(node.size);
    if (below) size.className = 'below';
    text.append(size);
  }
  element.append(text);
}
function drawCrumbs() {
  crumbs.replaceChildren();
  chain(focus).forEach((node, i, all) => {
    if (i > 0) crumbs.append(' › ');
    const isLast = i === all.length - 1;
    const item = document.createElement(isLast ? 'b' : 'button');
    item.textContent = i === 0 ? 'whole image' : node.name;
    if (isLast) item.setAttribute('aria-current', 'location');
    else item.addEventListener('click', () => zoom(node, true));
    crumbs.append(item);
  });
  const facts = document.createElement('span');
  facts.className = 'muted';
  facts.textContent = '  ' + describe(focus);
  crumbs.append(facts);
}
function zoom(node, isFocused) {
  if (!node) return;
  const from = focus;
  focus = node;
  tip.hidden = true;
  stage.classList.remove('zooming');
  void stage.offsetWidth;
  stage.classList.add('zooming');
  draw();
  announce.textContent = (pathOf(node) || 'whole image') + ', ' + describe(node);
  if (!isFocused) return;
  // Going back lands on the tile that was left.
  const left = chain(from).find((one) => one.parent === node);
  moveTo(tiles.find((entry) => entry.level === 0 && entry.node === left) || tiles.find((entry) => entry.level === 0));
}
function moveTo(entry) {
  if (!entry) return;
  for (const other of tiles) if (other.level === 0) other.element.tabIndex = -1;
  entry.element.tabIndex = 0;
  entry.element.focus();
  const place = entry.element.getBoundingClientRect();
  showTip(entry.node, place.left + Math.min(place.width / 2, 40), place.top + Math.min(place.height, 28));
}
const entryAt = (event) => { const element = event.target.closest('.tile'); return element ? tiles[Number(element.dataset.tile)] : undefined; };
stage.addEventListener('click', (event) => {
  const entry = entryAt(event);
  if (!entry) return;
  const node = entry.node.children.length > 0 ? entry.node : entry.node.parent;
  if (node && node !== focus) zoom(node, event.detail === 0);
});
stage.addEventListener('mousemove', (event) => {
  const entry = entryAt(event);
  if (entry) showTip(entry.node, event.clientX, event.clientY);
  else tip.hidden = true;
});
stage.addEventListener('mouseleave', () => { tip.hidden = true; });
stage.addEventListener('focusout', () => { tip.hidden = true; });
const directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
stage.addEventListener('keydown', (event) => {
  const entry = entryAt(event);
  if (!entry) return;
  const direction = directions[event.key];
  if (direction) moveTo(nearest(entry, direction));
  else if (event.key === 'Enter' || event.key === ' ') { if (entry.node.children.length && entry.node !== focus) zoom(entry.node, true); }
  else if (event.key === 'Escape' || event.key === 'Backspace') { if (focus.parent) zoom(focus.parent, true); }
  else if (event.key === 'Home') moveTo(tiles.find((one) => one.level === 0));
  else return;
  event.preventDefault();
});
// The closest tile in a direction: distance along it, and twice the distance across.
function nearest(from, [dx, dy]) {
  const middle = ({ box }) => [box.x + box.width / 2, box.y + box.height / 2];
  const [x, y] = middle(from);
  let best;
  let least = Infinity;
  for (const entry of tiles) {
    if (entry.level !== 0 || entry === from) continue;
    const { box } = entry;
    const along = dx > 0 ? box.x - from.box.x - from.box.width : dx < 0 ? from.box.x - box.x - box.width : dy > 0 ? box.y - from.box.y - from.box.height : from.box.y - box.y - box.height;
    if (along < -2) continue;
    const [cx, cy] = middle(entry);
    const across = dx ? Math.max(0, box.y - y, y - box.y - box.height) + Math.abs(cy - y) / 1000 : Math.max(0, box.x - x, x - box.x - box.width) + Math.abs(cx - x) / 1000;
    if (Math.max(0, along) + 2 * across < least) { least = Math.max(0, along) + 2 * across; best = entry; }
  }
  return best;
}
function showTip(node, x, y) {
  const parts = [['div', 'path', pathOf(node).slice(0, -node.name.length).replace(/ [/] $/, '')], ['b', '', node.name], ['div', '', describe(node)]];
  tip.replaceChildren(...parts.filter(([, , text]) => text).map(([name, kind, text]) => { const one = document.createElement(name); one.className = kind; one.textContent = text; return one; }));
  tip.hidden = false;
  const left = Math.min(x + 14, innerWidth - tip.offsetWidth - 8);
  const top = y + 14 + tip.offsetHeight > innerHeight ? y - 14 - tip.offsetHeight : y + 14;
  tip.style.left = Math.max(8, left) + 'px';
  tip.style.top = Math.max(8, top) + 'px';
}

const matches = (node) => node.lower.includes(query);
function look() {
  query = search.value.trim().toLowerCase();
  hits.replaceChildren();
  if (query) {
    const found = [];
    const visit = (node) => { if (node.parent && matches(node)) found.push(node); else node.children.forEach(visit); };
    visit(root());
    found.sort((a, b) => b.size - a.size);
    const size = found.reduce((sum, node) => sum + node.size, 0);
    hits.append(found.length ? found.length.toLocaleString('en-US') + (found.length === 1 ? ' match, ' : ' matches, ') + bytes(size) + ':' : 'nothing has this name');
    for (const node of found.slice(0, 6)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'link';
      button.textContent = node.name.slice(0, 60) + ' ' + bytes(node.size);
      button.title = pathOf(node);
      button.addEventListener('click', () => { zoom(node.children.length ? node : node.parent, true); moveTo(tiles.find((entry) => entry.level === 0 && entry.node === node)); });
      hits.append(button);
    }
  }
  mark();
}
// A tile is a hit when it or what holds it has the name, and stays bright when something in it has.
function mark() {
  const holds = (node) => matches(node) || node.children.some(holds);
  for (const { node, element } of tiles) {
    const hit = Boolean(query) && chain(node).slice(1).some(matches);
    element.classList.toggle('hit', hit);
    element.classList.toggle('miss', Boolean(query) && !hit && !holds(node));
  }
}
search.addEventListener('input', look);
search.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') { search.value = ''; look(); }
  if (event.key === 'Enter') hits.querySelector('button')?.click();
});
function show(name) {
  view = name;
  focus = root();
  document.querySelector('input[name=view][value=' + name + ']').checked = true;
}
for (const input of document.querySelectorAll('input[name=view]')) {
  input.addEventListener('change', () => { show(input.value); look(); zoom(root(), false); });
}
for (const button of document.querySelectorAll('[data-layer]')) {
  button.addEventListener('click', () => {
    show('layers');
    const node = root().children.find((child) => child.layer === Number(button.dataset.layer));
    zoom(node || root(), true);
    byId('map-section').scrollIntoView({ block: 'start' });
  });
}
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
  event.preventDefault();
  search.focus();
});
let width = 0;
let height = 0;
new ResizeObserver(() => {
  if (stage.clientWidth === width && stage.clientHeight === height) return;
  [width, height] = [stage.clientWidth, stage.clientHeight];
  const held = stage.contains(document.activeElement) ? entryAt({ target: document.activeElement }) : undefined;
  draw();
  if (held) moveTo(tiles.find((entry) => entry.node === held.node));
}).observe(stage);
`;
