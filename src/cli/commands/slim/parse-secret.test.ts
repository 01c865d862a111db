import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSecret } from './parse-secret.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'plimsoll-secret-'));
  await writeFile(join(cwd, 'pip.conf'), '');
});
afterAll(() => rm(cwd, { recursive: true }));

const parse = (text: string): unknown => parseSecret(text, { cwd, variables: { TOKEN: 'x' } });

test.each([
  ['id=pip,src=pip.conf', 'pip.conf'],
  ['type=file,source=pip.conf,id=pip', 'pip.conf'],
  ['id=pip.conf', 'pip.conf'],
])('%s is a file', (text, file) => {
  expect(parse(text)).toEqual({
    id: text.includes('id=pip.conf') ? 'pip.conf' : 'pip',
    file: join(cwd, file),
  });
});

test.each(['id=t,env=TOKEN', 'id=t,type=env,src=TOKEN', 'id=TOKEN'])('%s is a variable', (text) => {
  expect(parse(text)).toEqual({ id: text === 'id=TOKEN' ? 'TOKEN' : 't', variable: 'TOKEN' });
});

test.each([
  ['token', 'is not id=ID'],
  ['id=a b,src=pip.conf', 'is not id=ID'],
  ['id=t,file=pip.conf', 'is not id=ID'],
  ['id=t,env=OTHER', 'the variable OTHER is not set'],
  ['id=t,src=nope', 'there is no file'],
  ['id=t,src=.', 'there is no file'],
])('%s is refused: %s', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});
