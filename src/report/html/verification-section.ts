import { formatSeconds } from '../../base/index.ts';
import type { Check, Verification } from '../../verify/index.ts';
import {
  differencesInOrder,
  outcomeOf,
  startUpSeconds,
  statusChange,
  unverified,
  verdictOf,
} from '../verdict.ts';
import { capital } from '../wording.ts';
import { html, type Markup, nothing } from './markup.ts';

/** What was compared between the two running images. */
export function verificationSection(verification: Verification | undefined): Markup {
  if (verification === undefined) {
    return html`<section><h2>Verification</h2><div class="verdict warn">${capital(unverified.fact)}</div><p class="muted">${unverified.advice}</p></section>`;
  }
  const { mark, tone } = verdictOf(verification);
  const checks = verification.checks.map(
    (check) =>
      html`<tr><td>${outcomeTag(check.outcome)}</td><td class="name">${check.name}</td><td class="wide muted">${check.detail}</td></tr>`,
  );
  return html`<section><h2>Verification</h2><div class="verdict ${tone}">${mark} ${verification.summary}</div>
<div class="scroll"><table>${checks}</table></div>${requests(verification)}${startUp(verification)}${differences(verification)}${logs(verification)}</section>`;
}

function outcomeTag(outcome: Check['outcome']): Markup {
  const { tone, word } = outcomeOf(outcome);
  return html`<span class="tag ${outcome === 'not-judged' ? '' : tone}">${word}</span>`;
}

function requests({ requests: all }: Verification): Markup {
  if (all.length === 0) return nothing;
  const rows = all.map(
    (request) =>
      html`<tr><td>${outcomeTag(request.outcome)}</td><td class="wide"><span class="mono">${request.probe}</span><div class="small muted">${request.detail}</div></td><td class="n">${statusChange(request)}</td><td class="n muted">${times(request)}</td></tr>`,
  );
  return html`<div class="scroll" style="margin-top:12px"><table><tr><th></th><th>request</th><th class="n">status</th><th class="n">time</th></tr>${rows}</table></div>`;
}

function times({ fatSeconds, leanSeconds }: Verification['requests'][number]): string {
  if (fatSeconds === undefined || leanSeconds === undefined) return '';
  return `${formatSeconds(fatSeconds)} → ${formatSeconds(leanSeconds)}`;
}

function startUp(verification: Verification): Markup {
  const seconds = startUpSeconds(verification.startUp);
  if (seconds === undefined) return nothing;
  const longest = Math.max(seconds.fat, seconds.lean, 0.001);
  const row = (name: string, value: number): Markup =>
    html`<div class="row"><span>${name}</span><div style="display:flex;gap:8px;align-items:center"><i class="fill g-python-dependencies" style="display:block;height:14px;border-radius:3px;width:${((70 * value) / longest).toFixed(2)}%"></i>${formatSeconds(value)}</div></div>`;
  return html`<div class="bars" style="margin:14px 0 0"><div class="small muted">Start-up, until the first healthy answer</div>${row('before', seconds.fat)}${row('after', seconds.lean)}</div>`;
}

function differences(verification: Verification): Markup {
  const all = differencesInOrder(verification.differences);
  if (all.length === 0) return nothing;
  const tags = { break: 'bad', change: 'warn', info: '' } as const;
  const rows = all.map(
    (one) =>
      html`<tr><td><span class="tag ${tags[one.severity]}">${one.severity}</span></td><td class="wide">${one.what}</td><td class="mono" style="min-width:180px">${one.fat}</td><td class="mono" style="min-width:180px">${one.lean}</td></tr>`,
  );
  return html`<div class="scroll" style="margin-top:14px"><table><tr><th></th><th class="wide">difference</th><th>before</th><th>after</th></tr>${rows}</table></div>`;
}

// What the containers printed helps whoever has to find out why they differ.
function logs({ verdict, logs: printed }: Verification): Markup {
  if (verdict === 'same') return nothing;
  const texts = [
    ['before, stderr', printed.fat.stderr],
    ['after, stdout', printed.lean.stdout],
    ['after, stderr', printed.lean.stderr],
  ] as const;
  const blocks = texts
    .filter(([, text]) => text.trim() !== '')
    .map(
      ([title, text]) =>
        html`<details><summary>${title}</summary><pre>${text
          .trimEnd()
          .split(/\r?\n/)
          .map((line) => html`<span>${line}</span>`)}</pre></details>`,
    );
  return html`${blocks}`;
}
