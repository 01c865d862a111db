import type { FindingKind } from './finding.ts';
import { type FindingKindInfo, findingKinds } from './finding-kinds.ts';

/** The text of `docs/findings.md`: one section a kind, in the order of the register. */
export function findingPages(): string {
  const sections = Object.entries(findingKinds).map(([kind, info]) => section(kind as FindingKind, info)); // the keys are the kinds
  return `# Findings\n\nWhat Plimsoll notices about images and projects. Written from \`src/finding/finding-kinds.ts\`; a test keeps them the same.\n\n${sections.join('\n')}`;
}

function section(kind: FindingKind, info: FindingKindInfo): string {
  const waste = info.waste === undefined ? 'none' : info.waste;
  const rewrite =
    info.rewrite === undefined
      ? ''
      : ` [\`plimsoll slim\`](edits.md#${info.rewrite}) does it: \`${info.rewrite}\`.`;
  const pass =
    info.pass === undefined
      ? ''
      : ` [\`plimsoll shrink\`](shrink.md#what-goes) has a pass for it: \`${info.pass}\`.`;
  return `<a id="${kind}"></a>\n## ${info.title}\n\n\`${kind}\` · severity ${info.severity} · waste: ${waste} · risk of the remedy: ${info.risk}\n\n${info.why}\n\n**Remedy.** ${info.remedy}${rewrite}${pass}\n`;
}
