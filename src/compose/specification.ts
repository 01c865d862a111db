import { z } from 'zod';
import { readTable } from '../base/index.ts';

/** What a value of a compose file may be. */
export type ValueKind =
  | { readonly kind: 'text' | 'number' | 'flag' | 'scalar' | 'any' }
  | { readonly kind: 'list' | 'map'; readonly of: readonly ValueKind[] }
  | { readonly kind: 'object'; readonly keys: ReadonlyMap<string, KeySpecification> };

/** A key of an object: what its value may be. */
export interface KeySpecification {
  readonly isRequired: boolean;
  readonly kinds: readonly ValueKind[];
}

type Source = string | { [key: string]: Source };
const sourceSchema: z.ZodType<Source> = z.lazy(() =>
  z.union([z.string(), z.record(z.string(), sourceSchema)]),
);

let known: ValueKind | undefined;

/** The Compose specification as the table beside this file has it: the kind of a whole file. */
export function specification(): ValueKind {
  known ??= readSpecification();
  return known;
}

function readSpecification(): ValueKind {
  const table = z
    .record(z.string(), sourceSchema)
    .parse(readTable(new URL('specification.yaml', import.meta.url)));
  const objects = new Map<string, ValueKind>();
  const objectOf = (source: Source | undefined): ValueKind => {
    if (typeof source !== 'object') throw new TypeError(`no object of the specification: ${source}`);
    return { kind: 'object', keys: new Map(Object.entries(source).map(([key, value]) => keyOf(key, value))) };
  };
  const keyOf = (key: string, value: Source): [string, KeySpecification] => [
    key.replace(/!$/, ''),
    { isRequired: key.endsWith('!'), kinds: typeof value === 'string' ? kindsOf(value) : [objectOf(value)] },
  ];
  const kindsOf = (expression: string): readonly ValueKind[] => alternatives(expression).flatMap(kindOf);
  const kindOf = (word: string): readonly ValueKind[] => {
    if (word === 'pairs') return kindsOf('[text] | {scalar}');
    if (word.startsWith('[')) return [{ kind: 'list', of: kindsOf(word.slice(1, -1)) }];
    if (word.startsWith('{')) return [{ kind: 'map', of: kindsOf(word.slice(1, -1)) }];
    const simple = (['text', 'number', 'flag', 'scalar', 'any'] as const).find((one) => one === word);
    if (simple !== undefined) return [{ kind: simple }];
    const object = objects.get(word) ?? objectOf(table[word]);
    objects.set(word, object);
    return [object];
  };
  return objectOf(table['file']);
}

/** `text | [text | include]` is `text` and `[text | include]`: bars inside of brackets stay. */
function alternatives(expression: string): readonly string[] {
  const found: string[] = [''];
  let depth = 0;
  for (const character of expression) {
    if (/[[{]/.test(character)) depth += 1;
    if (/[\]}]/.test(character)) depth -= 1;
    if (character === '|' && depth === 0) found.push('');
    else found[found.length - 1] += character;
  }
  return found.map((one) => one.trim());
}
