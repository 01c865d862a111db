import { readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { BuildSecret } from '../../../dockerfile/index.ts';
import type { SecretSource } from '../../../engines/index.ts';
import { withLeanSecrets } from './lean-secrets.ts';

const wanted: readonly BuildSecret[] = [
  { id: 'GIT_TOKEN', source: { kind: 'argument', name: 'GIT_TOKEN', value: 'abc' } },
  { id: 'UNSET', source: { kind: 'argument', name: 'UNSET', value: undefined } },
  { id: 'password', source: { kind: 'literal', value: 's3cret' } },
  { id: 'netrc', source: { kind: 'file', path: '.netrc' } },
  { id: 'given', source: { kind: 'literal', value: 'not this' } },
];
const given: readonly SecretSource[] = [{ id: 'given', variable: 'GIVEN' }];

const fileOf = (secrets: readonly SecretSource[], id: string): string => {
  const found = secrets.find((one) => one.id === id);
  return found !== undefined && 'file' in found ? found.file : '';
};

test('a lean build gets the values of the fat one, in files that only this user reads and that go afterwards', async () => {
  const request = { wanted, given, projectDir: '/project' };
  const secrets = await withLeanSecrets(request, async (found) => {
    expect(found.map((one) => one.id)).toEqual(['GIT_TOKEN', 'UNSET', 'password', 'netrc']);
    expect(await readFile(fileOf(found, 'GIT_TOKEN'), 'utf8')).toBe('abc');
    expect(await readFile(fileOf(found, 'UNSET'), 'utf8')).toBe('');
    expect(await readFile(fileOf(found, 'password'), 'utf8')).toBe('s3cret');
    expect((await stat(fileOf(found, 'password'))).mode & 0o777).toBe(0o600);
    expect(fileOf(found, 'netrc')).toBe('/project/.netrc');
    return found;
  });
  await expect(stat(fileOf(secrets, 'password'))).rejects.toThrow('ENOENT');
});

test('the files go when the build fails, too', async () => {
  let file = '';
  const building = withLeanSecrets({ wanted, given, projectDir: '/project' }, (found) => {
    file = fileOf(found, 'password');
    throw new Error('no');
  });
  await expect(building).rejects.toThrow('no');
  await expect(stat(file)).rejects.toThrow('ENOENT');
});
