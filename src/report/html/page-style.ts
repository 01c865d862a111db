/** The page's style sheet: light and dark by the reader's preference, one colour a group, usable at any width. */
export const pageStyle: string = `
:root {
  color-scheme: light dark;
  --bg: #f7f8fa; --card: #ffffff; --ink: #16202c; --muted: #5b6876; --line: #dfe4ea; --soft: #eef1f5;
  --accent: #1457c9; --good: #0b7a4b; --good-bg: #e2f5ea; --bad: #b3261e; --bad-bg: #fce8e6; --warn: #8a5300; --warn-bg: #fff3da;
  --tile-ink: #122; --l: 80; --head-l: 66; --hit: #111;
  --h-base: 214; --s-base: 14; --h-system-packages: 168; --s-system-packages: 42; --h-python-dependencies: 222; --s-python-dependencies: 78; --h-application: 32; --s-application: 88;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0f141a; --card: #171e26; --ink: #e6ebf1; --muted: #98a5b3; --line: #2a343f; --soft: #1f2832;
    --accent: #78aaff; --good: #5fd39a; --good-bg: #12301f; --bad: #ff8a80; --bad-bg: #3a1815; --warn: #f0b95c; --warn-bg: #33270f;
    --tile-ink: #f2f6fb; --l: 33; --head-l: 25; --hit: #fff;
    --s-base: 12; --s-system-packages: 38; --s-python-dependencies: 48; --s-application: 58;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
main { max-width: 1440px; margin: 0 auto; padding: 20px 24px 48px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 12px; font-weight: 650; }
h2 .muted { font-weight: 400; margin-left: 6px; }
p { margin: 0 0 8px; }
.muted { color: var(--muted); }
.small { font-size: 13px; }
code, .mono { font-family: var(--mono); font-size: 0.88em; overflow-wrap: anywhere; }
header { display: flex; gap: 14px; align-items: center; margin-bottom: 18px; }
header svg { width: 42px; height: 42px; flex: none; color: var(--accent); }
header .muted { font-size: 13.5px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-top: 16px; }
.stats { display: grid; grid-template-columns: repeat(auto-fit, minmax(215px, 1fr)); gap: 12px; }
.stat { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; }
.stat .name { color: var(--muted); font-size: 13px; }
.stat .value { font-size: 21px; font-weight: 650; line-height: 1.35; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.stat .value s, .stat .value span { display: inline-block; white-space: nowrap; }
.stat .value s { text-decoration: none; color: var(--muted); font-weight: 450; }
.stat .note { font-size: 13px; color: var(--muted); }
.stat .note b { color: var(--good); font-size: 14px; }
.stat.bad .note b { color: var(--bad); } .stat.warn .note b { color: var(--warn); }
.callout { border-radius: 8px; padding: 8px 12px; margin-top: 12px; background: var(--warn-bg); color: var(--warn); font-size: 14px; }
.callout.bad { background: var(--bad-bg); color: var(--bad); }
.callout ul { font-size: 13.5px; }
.tools { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; margin-bottom: 10px; }
.tools h2 { margin: 0; }
.tools .legend { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 13px; color: var(--muted); }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 5px; vertical-align: -1px; }
.tools input[type=search] { margin-left: auto; font: inherit; font-size: 14px; padding: 5px 10px; width: 230px; border: 1px solid var(--line); border-radius: 7px; background: var(--bg); color: var(--ink); }
.tools label { font-size: 13px; color: var(--muted); white-space: nowrap; }
#hits { font-size: 13px; color: var(--muted); min-height: 1.4em; width: 100%; text-align: right; margin-top: -4px; }
#hits:empty { display: none; }
.maps { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
@media (max-width: 900px) { .maps, .sides { grid-template-columns: 1fr !important; } main { padding: 14px 12px; } .tools input[type=search] { margin-left: 0; width: 100%; } }
.map h3 { font-size: 14px; margin: 0; display: flex; gap: 8px; align-items: baseline; font-weight: 650; }
.map h3 span { font-weight: 400; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.crumbs { font-size: 13px; min-height: 24px; margin: 1px 0 4px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.crumbs button { font: inherit; border: 0; padding: 0; background: none; color: var(--accent); cursor: pointer; text-decoration: underline; text-underline-offset: 2px; }
.stage { position: relative; height: min(62vh, 620px); min-height: 380px; background: var(--soft); border-radius: 6px; overflow: hidden; cursor: pointer; outline-offset: 2px; }
.stage:focus-visible { outline: 2px solid var(--accent); }
.tile { position: absolute; overflow: hidden; border-radius: 2px; color: var(--tile-ink); background: hsl(calc(var(--h) + var(--dh, 0)) calc(var(--s) * 1%) calc((var(--l) + var(--v, 0)) * 1%)); }
.tile.open { background: hsl(calc(var(--h) + var(--dh, 0)) calc(var(--s) * 1%) calc((var(--head-l) + var(--v, 0)) * 1%)); }
.tile:hover { filter: brightness(1.06); }
.tile.chosen { outline: 3px solid var(--hit); outline-offset: -3px; z-index: 3; }
.tile.miss { opacity: 0.22; }
.tile.hit:not(.open) { box-shadow: inset 0 0 0 2px var(--hit); }
.g-base { --h: var(--h-base); --s: var(--s-base); } .g-system-packages { --h: var(--h-system-packages); --s: var(--s-system-packages); }
.g-python-dependencies { --h: var(--h-python-dependencies); --s: var(--s-python-dependencies); } .g-application { --h: var(--h-application); --s: var(--s-application); }
.g-none { --h: 214; --s: 5; }
.tile.dead { background-image: repeating-linear-gradient(45deg, rgb(200 30 30 / 0.42) 0 4px, transparent 4px 9px); }
.swatch.dead-swatch { background: repeating-linear-gradient(45deg, rgb(200 30 30 / 0.75) 0 3px, rgb(200 30 30 / 0.15) 3px 6px); }
.fill { background: hsl(var(--h) calc(var(--s) * 1%) calc(var(--l) * 1% - 8%)); }
@media (prefers-color-scheme: dark) { .fill { background: hsl(var(--h) calc(var(--s) * 1%) calc(var(--l) * 1% + 12%)); } }
.label { position: absolute; inset: 0 0 auto 0; padding: 0 5px; font-size: 12px; line-height: 15px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; pointer-events: none; }
.label:not(.head) { padding-top: 1px; }
.label.top { font-weight: 650; font-size: 13px; line-height: 19px; }
.label small { font-size: 11px; opacity: 0.75; margin-left: 6px; font-weight: 400; }
.label small.below { display: block; margin: -1px 0 0; }
#tip { position: fixed; z-index: 9; pointer-events: none; background: var(--card); color: var(--ink); border: 1px solid var(--line); border-radius: 8px; padding: 7px 11px; font-size: 13px; max-width: min(460px, 90vw); box-shadow: 0 6px 24px rgb(0 0 0 / 0.25); overflow-wrap: anywhere; }
#tip .path { color: var(--muted); font-size: 12px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-weight: 500; color: var(--muted); font-size: 13px; white-space: nowrap; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tr:last-child > td { border-bottom: 0; }
tr.total > td { font-weight: 650; border-top: 1px solid var(--muted); }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.wide, th.wide { width: 100%; }
td.name { white-space: nowrap; }
.down { color: var(--good); } .up { color: var(--bad); }
.pair { min-width: 190px; width: 34%; padding-top: 10px; }
.pair i { display: block; height: 7px; border-radius: 2px; min-width: 1px; }
.pair i + i { margin-top: 2px; }
.pair i:first-child { opacity: 0.45; }
.bars { margin: 4px 0 18px; }
.bars .row { display: grid; grid-template-columns: 62px minmax(0, 1fr); gap: 10px; align-items: center; font-size: 13px; margin-top: 7px; }
.stack { display: flex; height: 30px; gap: 1px; border-radius: 4px; }
.stack span { min-width: 1px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-size: 12px; line-height: 30px; padding: 0 1px; color: var(--tile-ink); background: hsl(var(--h) calc(var(--s) * 1%) calc(var(--l) * 1%)); }
.stack span.labelled { padding: 0 6px; }
.stack span:first-child { border-radius: 4px 0 0 4px; } .stack span:last-child { border-radius: 0 4px 4px 0; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 28px; }
.sides h3 { font-size: 14px; margin: 0 0 4px; font-weight: 650; }
.sides td { font-size: 13px; } .sides .mono { font-size: 12px; }
.tag { display: inline-block; font-size: 12px; line-height: 18px; border-radius: 9px; padding: 0 8px; background: var(--soft); color: var(--muted); white-space: nowrap; }
.tag.good { background: var(--good-bg); color: var(--good); } .tag.bad { background: var(--bad-bg); color: var(--bad); } .tag.warn { background: var(--warn-bg); color: var(--warn); }
.edit { padding: 10px 0; border-bottom: 1px solid var(--line); }
.edit:last-child { border-bottom: 0; padding-bottom: 0; }
.edit .line { display: flex; gap: 10px; align-items: baseline; flex-wrap: wrap; }
.edit .line b { flex: 1; min-width: 240px; font-weight: 600; }
.edit p { color: var(--muted); margin: 2px 0 0; font-size: 14px; max-width: 110ch; }
details { margin-top: 6px; }
summary { cursor: pointer; color: var(--accent); font-size: 13px; width: fit-content; }
pre { font: 12.5px/1.5 var(--mono); background: var(--soft); border-radius: 7px; padding: 10px 0; margin: 6px 0 0; overflow-x: auto; }
pre span { display: block; padding: 0 12px; min-width: fit-content; white-space: pre; }
pre .add { background: var(--good-bg); color: var(--good); } pre .del { background: var(--bad-bg); color: var(--bad); } pre .hunk { color: var(--muted); }
ul { margin: 0; padding-left: 20px; } li { margin: 3px 0; }
.verdict { font-size: 16px; font-weight: 600; margin-bottom: 10px; }
.verdict.good { color: var(--good); } .verdict.bad { color: var(--bad); } .verdict.warn { color: var(--warn); }
footer { color: var(--muted); font-size: 13px; margin-top: 20px; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media print { section, .stat { break-inside: avoid; } .tools input, .tools label { display: none; } }
@media (prefers-reduced-motion: no-preference) { .tile { transition: opacity 0.12s; } }
`;
