import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What every bench on the large ML image takes; they share the folder, so that the image is made once. */
export const imageBenchOptions: {
  readonly runs: { readonly type: 'string'; readonly default: string };
  readonly dir: { readonly type: 'string'; readonly default: string };
  readonly json: { readonly type: 'boolean'; readonly default: boolean };
} = {
  runs: { type: 'string', default: '3' },
  dir: { type: 'string', default: join(tmpdir(), 'plimsoll-bench-audit') },
  json: { type: 'boolean', default: false },
};
