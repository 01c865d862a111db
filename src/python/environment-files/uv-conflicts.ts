import { normaliseName } from '../distribution-name.ts';
import { reduceMarker } from '../environment-markers.ts';
import { type MarkerExpression, parseMarker, printMarker } from '../marker-syntax.ts';

/**
 * What uv's markers call a group of a member: `extra-3-api-cpu`, `group-3-api-dev`, `project-3-api`. The number is the length of the name
 * behind it (uv, `crates/uv-resolver/src/universal_marker.rs`).
 */
export function conflictName(member: string, group: string): string {
  const place = `${member.length}-${member}`;
  if (group === 'main') return `project-${place}`;
  const extra = /^extra:(.*)$/.exec(group)?.[1];
  return normaliseName(extra === undefined ? `group-${place}-${group}` : `extra-${place}-${extra}`);
}

/**
 * What is left of a marker when these of the conflicting groups are there and no others; undefined where it always holds, false where
 * it never does.
 *
 *     sys_platform != 'darwin' and extra == 'extra-3-api-cpu'
 */
export function settleConflicts(
  marker: string | undefined,
  present: ReadonlySet<string>,
): string | undefined | false {
  if (marker === undefined || !marker.includes('extra')) return marker;
  const expression = parseMarker(marker);
  if (expression === undefined) return marker;
  const rest = reduceMarker(asMembership(expression), { extras: [...present] });
  if (typeof rest === 'boolean') return rest ? undefined : false;
  return printMarker(rest);
}

/** uv evaluates `extra == 'x'` against all that is there, as PEP 751 has it in `'x' in extras`. */
function asMembership(expression: MarkerExpression): MarkerExpression {
  if (expression.kind !== 'comparison')
    return { kind: expression.kind, parts: expression.parts.map(asMembership) };
  const { left, operator, right } = expression;
  if (left.kind !== 'variable' || left.name !== 'extra' || right.kind !== 'text') return expression;
  const extras = { kind: 'variable', name: 'extras' } as const;
  return { kind: 'comparison', left: right, operator: operator === '!=' ? 'not in' : 'in', right: extras };
}
