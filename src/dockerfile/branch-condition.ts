import type { Branch, StageState } from './model.ts';

/** False for a branch whose condition ARG and ENV of this file rule out. */
export function mayRun({ condition, holds }: Branch, state: StageState): boolean {
  const isTrue = testOf(condition, state);
  return isTrue === undefined || isTrue === holds;
}

/** Does a test of texts hold (POSIX `test`)? Undefined where it asks for files or numbers, or for what this file does not set. */
function testOf(condition: string, state: StageState): boolean | undefined {
  const negated = /^!\s+(.*)$/s.exec(condition)?.[1];
  if (negated !== undefined) return ifKnown(testOf(negated, state), (isTrue) => !isTrue);
  const [, ofBrackets, ofTest] = /^(?:\[\[?\s+(.*)\s\]\]?|test\s+(.*))$/s.exec(condition) ?? [];
  const words = (ofBrackets ?? ofTest)?.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  if (words[0] === '!')
    return ifKnown(testOf(`test ${words.slice(1).join(' ')}`, state), (isTrue) => !isTrue);
  const [left = '', operator, right, ...more] = words;
  if (words.length === 0 || more.length > 0) return undefined;
  if (operator === undefined) return ifKnown(wordValue(left, state), (text) => text !== '');
  if (right === undefined && (left === '-n' || left === '-z'))
    return ifKnown(wordValue(operator, state), (text) => (text === '') === (left === '-z'));
  if (right === undefined || !/^(?:==?|!=)$/.test(operator) || /[*?]/.test(right)) return undefined;
  const [a, b] = [wordValue(left, state), wordValue(right, state)];
  return a === undefined || b === undefined ? undefined : (a === b) === (operator !== '!=');
}

function ifKnown<Known>(fact: Known | undefined, judge: (fact: Known) => boolean): boolean | undefined {
  return fact === undefined ? undefined : judge(fact);
}

/** What a word of a test stands for; an ARG without a value is empty, and of other variables nothing is known. */
function wordValue(word: string, { variables, args }: StageState): string | undefined {
  if (/^'[^']*'$/.test(word)) return word.slice(1, -1);
  if (/[`\\']|\$\(/.test(word)) return undefined;
  let isKnown = true;
  const text = word
    .replaceAll('"', '')
    .replace(
      /\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g,
      (_, braced: string, fallback: string, plain: string) => {
        const name = braced ?? plain;
        const value = variables[name] ?? (name in args ? '' : undefined);
        if (value === undefined) isKnown = false;
        return value || (fallback ?? value ?? '');
      },
    );
  return isKnown && !text.includes('$') ? text : undefined;
}
