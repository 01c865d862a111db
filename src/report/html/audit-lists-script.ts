/** The theme, the filters of findings, the order of packages, and what changes for print. */
export const auditListsScript: string = `
const html = document.documentElement;
const isDark = () => (html.dataset.theme ? html.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
const theme = byId('theme');
const tellTheme = () => theme.setAttribute('aria-label', 'Switch to ' + (isDark() ? 'light' : 'dark'));
theme.addEventListener('click', () => { html.dataset.theme = isDark() ? 'light' : 'dark'; tellTheme(); });
tellTheme();

const findings = [...document.querySelectorAll('.finding')];
const boxes = [...document.querySelectorAll('#findings input[type=checkbox]')];
function filterFindings() {
  const wanted = (name) => new Set(boxes.filter((box) => box.name === name && box.checked).map((box) => box.value));
  const [waste, severity] = [wanted('waste'), wanted('severity')];
  for (const one of findings) one.hidden = !waste.has(one.dataset.waste) || !severity.has(one.dataset.severity);
  byId('no-findings').hidden = findings.some((one) => !one.hidden);
}
for (const box of boxes) box.addEventListener('change', filterFindings);
const expand = byId('expand');
expand?.addEventListener('click', () => {
  const isOpen = expand.getAttribute('aria-expanded') !== 'true';
  for (const one of findings) one.open = isOpen;
  expand.setAttribute('aria-expanded', String(isOpen));
  expand.textContent = isOpen ? 'Fold all' : 'Expand all';
});

const table = byId('package-table');
if (table) {
  const body = table.tBodies[0];
  const columns = [...table.tHead.rows[0].cells];
  const more = byId('all-packages');
  const atFirst = [...body.rows].filter((row) => !row.classList.contains('later')).length;
  const valueOf = (row, at, kind) => kind === 'number' ? Number(row.cells[at].dataset.value) : row.cells[at].textContent.toLowerCase();
  const cut = () => [...body.rows].forEach((row, i) => row.classList.toggle('later', i >= atFirst));
  columns.forEach((column, at) => {
    const button = column.querySelector('button');
    button?.addEventListener('click', () => {
      const kind = button.dataset.sort;
      const now = column.getAttribute('aria-sort');
      const next = now === 'none' ? (kind === 'number' ? 'descending' : 'ascending') : now === 'ascending' ? 'descending' : 'ascending';
      for (const other of columns) if (other.hasAttribute('aria-sort')) other.setAttribute('aria-sort', 'none');
      column.setAttribute('aria-sort', next);
      const sign = next === 'ascending' ? 1 : -1;
      const keyed = [...body.rows].map((row) => [valueOf(row, at, kind), row]);
      keyed.sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0));
      body.append(...keyed.map(([, row]) => row));
      cut();
    });
  });
  const showAll = (isAll) => {
    table.classList.toggle('short', !isAll);
    if (!more) return;
    more.setAttribute('aria-expanded', String(isAll));
    more.textContent = isAll ? 'Show the first ' + atFirst : 'Show all ' + body.rows.length.toLocaleString('en-US');
  };
  more?.addEventListener('click', () => showAll(table.classList.contains('short')));
  const filter = byId('package-filter');
  filter.addEventListener('input', () => {
    const text = filter.value.trim().toLowerCase();
    for (const row of body.rows) row.hidden = text !== '' && !row.cells[0].textContent.toLowerCase().includes(text);
    table.classList.toggle('short', text === '' && more?.getAttribute('aria-expanded') !== 'true');
    if (more) more.hidden = text !== '';
  });
}
addEventListener('beforeprint', () => { for (const one of document.querySelectorAll('details:not(.finding)')) one.open = true; });
`;
