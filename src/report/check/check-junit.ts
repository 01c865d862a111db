import type { GateResult } from '../../policy/index.ts';
import { plainText } from '../terminal-text.ts';
import type { CheckReport } from './check-report.ts';

/** The gates as JUnit's XML, a test case each, which GitLab, Jenkins and others show beside the tests; ends with a line end. */
export function checkJunit({ title, gates }: CheckReport): string {
  const count = (verdict: GateResult['verdict']): number =>
    gates.filter((one) => one.verdict === verdict).length;
  const suite = `name="${escaped(`plimsoll check ${title}`)}" tests="${gates.length}" failures="${count('fail')}" errors="${count('cannot-judge')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite ${suite}>`,
    ...gates.map((gate) => caseOf(gate, title)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const elements = { pass: undefined, fail: 'failure', 'cannot-judge': 'error' } as const;

function caseOf({ gate, verdict, message, source }: GateResult, title: string): string {
  const start = `    <testcase classname="${escaped(title)}" name="${escaped(gate)}"`;
  const element = elements[verdict];
  if (element === undefined) return `${start}/>`;
  return `${start}><${element} message="${escaped(message)}">${escaped(source)}</${element}></testcase>`;
}

function escaped(text: string): string {
  return plainText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
