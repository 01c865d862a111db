import { expect, test } from 'vitest';
import { runProcess } from './index.ts';

test('a program that is called off does not wait for what it has started', async () => {
  const interruption = new AbortController();
  let heir = 0;
  // The heir keeps the pipe open that the shell was given.
  const running = runProcess('sh', ['-c', 'sleep 1000 & echo $!; wait'], {
    signal: interruption.signal,
    onLine: (line) => {
      heir = Number(line);
      interruption.abort(new Error('called off'));
    },
  });
  try {
    await expect(running).rejects.toThrow('called off');
  } finally {
    process.kill(heir);
  }
});

test('what a program leaves behind may still print', async () => {
  const { code, stdout } = await runProcess('sh', ['-c', '(sleep 0.2; echo late) & exit 3']);
  expect({ code, stdout }).toEqual({ code: 3, stdout: 'late\n' });
});
