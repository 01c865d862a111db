import { expect, test } from 'vitest';
import { parseDockerfile, resolveDockerfile, runningCommands } from './index.ts';

const installed = (run: string): string => {
  const text = `FROM python:3.10\nARG DEV=false\nARG EMPTY\nENV MODE=prod\nRUN ${run}\n`;
  const [stage] = resolveDockerfile(parseDockerfile(text)).stages;
  return (stage?.instructions.at(-1)?.syntax.keyword === 'run' ? stage.instructions.slice(-1) : [])
    .flatMap(runningCommands)
    .filter(({ words }) => words[0] === 'add')
    .map(({ words }) => words[1])
    .join(' ');
};

test.each([
  ['if [ "$DEV" = "true" ]; then add a; else add b; fi', 'b', 'the default of an ARG'],
  ["if [ $DEV == 'false' ]; then add a; else add b; fi", 'a', 'bash knows =='],
  ['if [ "x$DEV" != "xtrue" ]; then add a; else add b; fi', 'a', 'a prefix, as shells of old need it'],
  [
    'bash -c "if [ $DEV == \'true\' ] ; then add a ; else add b ; fi"',
    'b',
    'in quotes, filled in by the shell around them',
  ],
  ["sh -c 'if [ $DEV = true ]; then add a; else add b; fi'", 'b', 'in quotes of the other kind'],
  [
    'if [ "$DEV" = "true" ]; then add a; elif [ "$MODE" = prod ]; then add b; else add c; fi',
    'b',
    'a second test',
  ],
  [
    'if [ -n "$EMPTY" ]; then add a; fi; if [ -z "${EMPTY}" ]; then add b; fi',
    'b',
    'an ARG without a value is empty',
  ],
  ['if [ "${EMPTY:-x}" = x ]; then add a; else add b; fi', 'a', 'a fallback'],
  ['if [ "$EMPTY" ]; then add a; else add b; fi', 'b', 'a text alone'],
  ['if [[ "${MODE}" != dev ]]; then add a; fi', 'a', "bash's own test"],
  ['if ! [ "$MODE" = prod ]; then add a; else add b; fi', 'b', 'turned round'],
  ['if [ ! "$MODE" = prod ]; then add a; else add b; fi', 'b', 'turned round within'],
  ['if test "$MODE" = dev; then add a; fi; add b', 'b', 'test by its name'],
  [
    'if [ "$DEV" = true ]; then if [ "$MODE" = prod ]; then add a; fi; else if [ "$MODE" = prod ]; then add b; fi; fi',
    'b',
    'one in another',
  ],
  ['if [ "$TARGETARCH" = amd64 ]; then add a; else add b; fi', 'a b', 'the engine sets it'],
  ['if [ -f x ]; then add a; else add b; fi', 'a b', 'a file is not known'],
  ['if [ "$DEV" = t* ]; then add a; else add b; fi', 'a b', 'no pattern is matched'],
  ['if [ "$DEV" = true ] || [ -f x ]; then add a; fi', 'a', 'of several tests nothing is said'],
  ['if [ "$DEV" = "$(cat x)" ]; then add a; fi', 'a', 'nor of what a program prints'],
  ['if [ "$MODE" -eq 1 ]; then add a; fi', 'a', 'nor of numbers'],
  ["su app -c 'add a'", 'a', 'without any branch'],
])('%s runs %s: %s', (run, expected) => {
  expect(installed(run)).toBe(expected);
});
