import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLossless, encodeLossless } from './index.ts';

test.each([
  [[0x4a, 0xe9], 'J\udce9', 'a letter of Latin-1'],
  [[0xc3, 0xa9], 'é', 'well-formed'],
  [[0xc3, 0xa9, 0xc3], 'é\udcc3', 'cut off'],
  [[0xc0, 0x80], '\udcc0\udc80', 'longer than need be'],
  [[0xed, 0xb3, 0xa9], '\udced\udcb3\udca9', 'half a surrogate pair'],
  [[0xf0, 0x9f, 0x98, 0x80, 0xff], '😀\udcff', 'beyond 16 bits'],
  [[0xef, 0xbb, 0xbf, 0x41], '\uFEFFA', 'a byte-order mark stays'],
])('%j is %j and back: %s', (bytes, text) => {
  expect(decodeLossless(Buffer.from(bytes))).toBe(text);
  expect([...encodeLossless(text)]).toEqual(bytes);
});

test('any bytes come back', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const near = fc.array(fc.constantFrom(0x41, 0xc3, 0xa9, 0xe2, 0x98, 0xba, 0xed, 0xa0, 0xf0, 0x9f, 0x80));
  fc.assert(
    fc.property(
      fc.oneof(
        bytes,
        near.map((list) => Uint8Array.from(list)),
      ),
      (given) => {
        expect([...encodeLossless(decodeLossless(Buffer.from(given)))]).toEqual([...given]);
      },
    ),
    { numRuns: 2000 },
  );
});
