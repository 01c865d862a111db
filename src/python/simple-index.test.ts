import { describe, expect, test } from 'vitest';
import { type IndexedFile, readIndexPage, type Yanked, yankedReleases } from './index.ts';

test.each([
  ['HTML', `<a href="../x-1.0.tar.gz#sha256=${'AB'.repeat(32)}">x</a>`],
  ['JSON', `{"files": [{"filename": "x-1.0.tar.gz", "hashes": {"sha256": "${'ab'.repeat(32)}"}}]}`],
])('a page in %s tells hashes', (_, page) => {
  expect(readIndexPage(page)).toEqual([{ name: 'x-1.0.tar.gz', yanked: undefined, sha256: 'ab'.repeat(32) }]);
});

describe('a project page', () => {
  test.each<[string, readonly IndexedFile[] | undefined, string]>([
    [
      '<!DOCTYPE html><a href="../../files/x-1.0-py3-none-any.whl#sha256=a" data-requires-python="&gt;=3.8">x</a>',
      [{ name: 'x-1.0-py3-none-any.whl', yanked: undefined }],
      'a greater-than sign in an attribute, a hash behind the name',
    ],
    [
      `<a data-yanked="breaks &lt;3.9 &amp; &#34;more&#34;" href='x-1.0.tar.gz'>x</a>\n<a href=x-1.1.tar.gz data-yanked>x</a>`,
      [
        { name: 'x-1.0.tar.gz', yanked: 'breaks <3.9 & "more"' },
        { name: 'x-1.1.tar.gz', yanked: '' },
      ],
      'a reason with entities, and none',
    ],
    ['<html><body></body></html>', [], 'a project without files'],
    [
      '{"files":[{"filename":"a","yanked":true},{"filename":"b","yanked":"why"},{"filename":"c","yanked":false},{"filename":"d"}]}',
      [
        { name: 'a', yanked: '' },
        { name: 'b', yanked: 'why' },
        { name: 'c', yanked: undefined },
        { name: 'd', yanked: undefined },
      ],
      'PEP 691',
    ],
    ['not found', undefined, 'an error in plain text'],
    ['{"message": "no"}', undefined, 'JSON of another kind'],
    ['{broken', undefined, 'half a page'],
  ])('%j gives %j: %s', (text, files) => {
    expect(readIndexPage(text)).toEqual(files);
  });
});

describe('whether a release was taken back', () => {
  const pages: Readonly<Record<string, string>> = {
    'https://a.example/simple/my-dist/':
      '<html><a href="my_dist-1.0-py3-none-any.whl" data-yanked="bad">w</a><a href="my-dist-1.0.tar.gz">s</a>' +
      '<a href="my_dist-2.0-py3-none-any.whl" data-yanked="worse">w</a></html>',
    'https://b.example/simple/my-dist/': '<html><a href="my_dist-3.0-py3-none-any.whl">w</a></html>',
  };
  const ask = (version: string, ...indexes: readonly string[]) =>
    yankedReleases(indexes, {
      fetch: async (url) => {
        const page = pages[String(url)];
        if (String(url).includes('down')) throw new Error('no route');
        return new Response(page ?? 'gone', { status: page === undefined ? 404 : 200 });
      },
    })({ name: 'My.Dist', version });
  const [a, b] = ['https://a.example/simple/', 'https://b.example/simple'];

  test.each<[string, readonly string[], Yanked, string]>([
    ['2.0', [a], 'worse', 'all of its files'],
    ['1.0', [a], false, 'one of two files is still offered'],
    ['3.0', [a, b], false, 'the second index has it'],
    ['4.0', [a, b], undefined, 'no index has that version'],
    ['2.0', ['https://down.example/simple'], undefined, 'an index that does not answer'],
    ['2.0', ['https://down.example/simple', a], 'worse', 'the next one does'],
    ['2.0', [], undefined, 'nobody to ask'],
  ])('version %s of %j: %j, %s', async (version, indexes, yanked) => {
    expect(await ask(version, ...indexes)).toBe(yanked);
  });

  test('an index that does not answer is asked once', async () => {
    let asked = 0;
    const ask = yankedReleases(['https://down.example/simple'], {
      fetch: async () => {
        asked += 1;
        throw new Error('no route');
      },
    });
    await ask({ name: 'a', version: '1' });
    await ask({ name: 'b', version: '1' });
    expect(asked).toBe(1);
  });
});
