import { expect, test } from 'vitest';
import { parseDockerfile, resolveDockerfile } from '../dockerfile/index.ts';
import { containerCommand, type StartOverride } from './index.ts';

const both = 'FROM a\nENTRYPOINT ["python", "-m"]\nCMD ["app"]\n';

test.each<[string, StartOverride, readonly string[], string]>([
  [both, {}, ['python', '-m', 'app'], 'one behind the other'],
  ['FROM a\nCMD uvicorn app:app\n', {}, ['/bin/sh', '-c', 'uvicorn app:app'], 'the shell form'],
  ['FROM a AS b\nCMD ["x"]\nFROM b\n', {}, ['x'], 'that of the stage below'],
  ['FROM a\nCMD ["x"]\nCMD ["y"]\n', {}, ['y'], 'the last one counts'],
  ['FROM a\n', {}, [], 'the base image says it'],
  [both, { command: ['other'] }, ['python', '-m', 'other'], 'the command takes the place of CMD'],
  [both, { entrypoint: ['sh'] }, ['sh'], 'an entrypoint sets CMD aside'],
  [both, { entrypoint: [], command: 'a "b c" d\'e f\'' }, ['a', 'b c', 'de f'], 'text is taken apart'],
])('%j with %j is %j: %s', (text, override, words) => {
  const model = resolveDockerfile(parseDockerfile(text, 'Dockerfile'), {
    buildArgs: {},
    fileName: 'Dockerfile',
  });
  expect(containerCommand(model, override)).toEqual(words);
});
