import { expect, test } from 'vitest';
import { buildImage, findBase } from './index.ts';

const histories: readonly [reason: string, instructions: readonly string[], count: number | undefined][] = [
  [
    'python:slim by BuildKit',
    [
      "# debian.sh --arch 'amd64' out/ 'bookworm' '@1'",
      'RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends   ca-certificates   netbase   tzdata  ; rm -rf /var/lib/apt/lists/* # buildkit',
      'RUN /bin/sh -c set -eux; wget -O python.tar.xz "https://www.python.org/ftp/python/$PYTHON_VERSION/x" # buildkit',
      'RUN /bin/sh -c set -eux; for src in idle3 pydoc3 python3 python3-config; do ln -svT x; done # buildkit',
      'WORKDIR /app',
      'RUN /bin/sh -c pip install -r requirements.txt # buildkit',
    ],
    4,
  ],
  [
    'a classic root file system',
    ['/bin/sh -c #(nop) ADD file:3ce6 in / ', '/bin/sh -c #(nop) COPY dir:12 in /app '],
    1,
  ],
  [
    'what shrink wrote on no base',
    [
      'plimsoll shrink: system, of layers 1, 2',
      'plimsoll shrink: heavy Python distributions, of layer 2',
      'plimsoll shrink: application, of layer 3',
    ],
    undefined,
  ],
  [
    'what shrink wrote on a root file system',
    ['/bin/sh -c #(nop) ADD file:3ce6 in / ', 'plimsoll shrink: system, of layer 2'],
    1,
  ],
  ['no layers', [], undefined],
];
test.each(histories)('%s, by the instructions alone', async (_reason, instructions, count) => {
  const image = await buildImage({
    layers: instructions.map(() => []),
    config: { history: instructions.map((createdBy) => ({ createdBy, isEmptyLayer: false })) },
  });
  expect(findBase({ image })?.layerCount).toBe(count);
});

test('nothing tells where a flattened image has its base', async () => {
  expect(findBase({ image: await buildImage({ layers: [[], []] }) })).toBeUndefined();
});
