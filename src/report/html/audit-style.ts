/**
 * What the page of an audit adds to the style of all pages: a theme that can be switched, marks of waste, folds, print. The map fades
 * as one: a thousand tiles that each fade by themselves take three times as long.
 */
export const auditStyle: string = `
:root {
  --bg: light-dark(#f7f8fa, #0f141a); --card: light-dark(#ffffff, #171e26); --ink: light-dark(#16202c, #e6ebf1); --muted: light-dark(#566371, #98a5b3);
  --line: light-dark(#dfe4ea, #2a343f); --soft: light-dark(#eef1f5, #1f2832); --accent: light-dark(#1457c9, #78aaff);
  --good: light-dark(#0b7a4b, #5fd39a); --good-bg: light-dark(#e2f5ea, #12301f); --bad: light-dark(#b3261e, #ff8a80); --bad-bg: light-dark(#fce8e6, #3a1815);
  --warn: light-dark(#8a5300, #f0b95c); --warn-bg: light-dark(#fff3da, #33270f); --tile-ink: light-dark(#112222, #f2f6fb); --hit: light-dark(#111111, #ffffff);
  --needed: light-dark(#9db3cf, #46607f); --avoidable: light-dark(#f0a63a, #c98216); --dead: light-dark(#d6453b, #d2524a);
  --s-base: 14; --s-system-packages: 42; --s-python-dependencies: 74; --s-application: 62; --h-application: 292;
}
:root[data-theme=light] { color-scheme: light; }
:root[data-theme=dark] { color-scheme: dark; }
header .title { flex: 1; min-width: 0; }
.digest { font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.stat .value { font-size: 20px; overflow-wrap: anywhere; }
.stat.good .value { color: var(--good); } .stat.warn .value { color: var(--warn); } .stat.bad .value { color: var(--bad); }
.button { font: inherit; font-size: 13px; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: 4px 11px; cursor: pointer; white-space: nowrap; }
.button:hover { background: var(--soft); }
.link { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }
.link:hover { color: var(--accent); }
:is(a, button, input, summary, .tile):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.switch { display: inline-flex; border: 1px solid var(--line); border-radius: 8px; padding: 2px; margin: 0; gap: 2px; background: var(--bg); }
.switch label { position: relative; cursor: pointer; }
.switch input { position: absolute; opacity: 0; inset: 0; margin: 0; cursor: pointer; }
.switch span { display: block; padding: 2px 10px; border-radius: 6px; }
.switch input:checked + span { background: var(--card); color: var(--ink); box-shadow: 0 0 0 1px var(--line); }
.switch input[type=checkbox]:not(:checked) + span { text-decoration: line-through; opacity: 0.7; }
.switch input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 1px; }
#map-section .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; color: var(--muted); margin-top: 10px; }
#hits { text-align: left; margin: 0 0 4px; display: flex; flex-wrap: wrap; gap: 3px 12px; }
#hits .link { color: var(--accent); text-decoration-color: currentColor; }
.stage { height: min(66vh, 660px); isolation: isolate; }
.tile { background-color: light-dark(hsl(calc(var(--h) + var(--dh, 0)) calc(var(--s) * 1%) calc((81 + var(--v, 0)) * 1%)), hsl(calc(var(--h) + var(--dh, 0)) calc(var(--s) * 0.62%) calc((33 + var(--v, 0)) * 1%)));
  background-image: repeating-linear-gradient(45deg, rgb(205 30 25 / calc(var(--dead-share, 0) * 0.6)) 0 4px, transparent 4px 9px), repeating-linear-gradient(-45deg, rgb(240 140 0 / calc(var(--avoidable-share, 0) * 0.62)) 0 4px, transparent 4px 9px); }
.tile.open { background-color: light-dark(hsl(calc(var(--h) + var(--dh, 0)) calc(var(--s) * 1%) calc((69 + var(--v, 0)) * 1%)), hsl(calc(var(--h) + var(--dh, 0)) calc(var(--s) * 0.62%) calc((24 + var(--v, 0)) * 1%))); background-image: none; }
.tile:focus-visible { outline: 3px solid var(--hit); outline-offset: -3px; z-index: 3; }
.tile.wasteful > .label { text-shadow: 0 0 3px light-dark(#ffffff, #000000), 0 0 3px light-dark(#ffffff, #000000); }
.tile.rest > .label { font-style: italic; }
.avoidable-swatch { background: repeating-linear-gradient(-45deg, rgb(240 140 0 / 0.9) 0 3px, rgb(240 140 0 / 0.2) 3px 6px); }
.fill { background: light-dark(hsl(var(--h) calc(var(--s) * 1%) 70%), hsl(var(--h) calc(var(--s) * 0.62%) 46%)); }
i.needed { background: var(--needed); } i.avoidable { background: var(--avoidable); } i.dead { background: var(--dead); }
.stackbar { display: flex; gap: 2px; height: 38px; margin: 0 0 14px; }
.segment { position: relative; display: flex; flex: 1 1 0; min-width: 3px; overflow: hidden; border-radius: 3px; color: inherit; text-decoration: none; }
.segment i { display: block; height: 100%; }
.segment.base i.needed { background: light-dark(#ccd3dc, #36414d); }
.segment b { position: absolute; inset: 0; padding: 0 7px; font-size: 12px; line-height: 38px; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; color: light-dark(#0c1622, #ffffff); text-shadow: 0 0 4px light-dark(#ffffffcc, #000000aa); }
.bar { display: flex; height: 10px; min-width: 90px; border-radius: 3px; overflow: hidden; }
.bar i { display: block; height: 100%; flex: none; min-width: 1px; }
.shares { width: 14%; min-width: 100px; } .shares .bar { margin-top: 5px; }
.warn-text { color: var(--warn); } .bad-text { color: var(--bad); }
tr.base > td { color: var(--muted); } tr.base b { font-weight: 500; }
tr:target > td { background: var(--soft); }
.layers details { margin: 0; } .layers .tag + details { margin-top: 3px; }
.finding { border-bottom: 1px solid var(--line); margin: 0; }
.finding:last-child { border-bottom: 0; }
.finding summary { display: grid; width: auto; grid-template-columns: 76px 110px 1fr auto; gap: 0 14px; align-items: center; padding: 9px 2px; color: inherit; font-size: 14.5px; list-style: none; }
.finding summary::-webkit-details-marker { display: none; }
.finding summary .what b::before { content: '▸ '; color: var(--muted); }
.finding[open] summary .what b::before { content: '▾ '; }
.finding summary:hover { background: var(--soft); }
.finding .size { font-variant-numeric: tabular-nums; }
.finding .remedy { grid-column: 3 / -1; color: var(--muted); font-size: 13.5px; }
.finding .tags { white-space: nowrap; }
.finding .body { padding: 2px 0 12px 14px; margin-left: 76px; border-left: 2px solid var(--line); }
.item { display: grid; grid-template-columns: 70px 1fr; gap: 12px; padding: 5px 0; font-size: 14px; }
.item > div { min-width: 0; }
.cut { overflow: hidden; text-overflow: ellipsis; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
.paths { list-style: none; padding: 0; font-size: 13px; } .paths li { margin: 0; }
table.short tr.later { display: none; }
#all-packages { margin-top: 10px; }
th .link { font-weight: 500; } th[aria-sort=ascending] .link::after { content: ' ▲'; } th[aria-sort=descending] .link::after { content: ' ▼'; }
[hidden] { display: none !important; }
@media (max-width: 700px) {
  header { flex-wrap: wrap; } header svg { width: 30px; height: 30px; } #theme span { display: none; } h1 { font-size: 20px; }
  .stats { grid-template-columns: 1fr 1fr; gap: 8px; } .stat { padding: 10px 12px; } .stat .value { font-size: 19px; } .stat:last-child:nth-child(odd) { grid-column: 1 / -1; }
  section { padding: 14px 12px; } .stage { height: 62vh; min-height: 320px; } .crumbs { white-space: normal; }
  .tools input[type=search] { margin-left: 0; width: 100%; }
  .finding summary { grid-template-columns: 66px 1fr; } .finding summary .bar { min-width: 0; } .finding .what, .finding .tags, .finding .remedy { grid-column: 1 / -1; margin-top: 2px; } .finding .body { margin-left: 0; }
  .item { grid-template-columns: 1fr; gap: 0; } .item .n { text-align: left; font-weight: 600; }
  .stackbar b { padding: 0 3px; }
  table.layers, .layers thead, .layers tbody { display: block; }
  .layers tr { display: grid; grid-template-columns: 26px repeat(4, 1fr); border-bottom: 1px solid var(--line); padding: 5px 0; } .layers tr:last-child { border-bottom: 0; }
  .layers :is(th, td) { border: 0; padding: 1px 4px 1px 0; } .layers :is(th:nth-child(3), td.shares, th:last-child) { display: none; }
  .layers td.wide { grid-column: 2 / -1; width: auto; min-width: 0; overflow-wrap: anywhere; } .layers td.wide .mono { font-size: 12px; }
}
@media print {
  :root { color-scheme: light !important; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 12px; } main { max-width: none; padding: 0; } section { border: 0; padding: 10px 0; }
  #theme, .switch, .tools input, .button, #hits { display: none; } .stage { height: 420px; break-inside: avoid; }
  section { break-inside: auto; } tr, .finding summary, .item { break-inside: avoid; }
}
.stage .tile { transition: none; }
@media (prefers-reduced-motion: no-preference) { .stage.zooming { animation: appear 0.16s ease-out; } @keyframes appear { from { opacity: 0.3; } } }
`;
