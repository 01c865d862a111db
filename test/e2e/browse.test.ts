import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, onTestFinished, test } from 'vitest';
import { buildImage, writeOciLayout } from '../../src/image/index.ts';
import { cliEnvironment, plimsoll, scratch } from './run-cli.ts';

const run = promisify(execFile);
const cliFile = inject('program');

// tmux is the terminal. In CI it is a must: there, its absence fails the tests.
const hasTmux = isInstalled('tmux') || (process.env['CI'] ?? '') !== '';

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A terminal with a shell in it. */
interface Terminal {
  send(...keys: readonly string[]): Promise<void>;
  /** Waits until the screen shows the text, and gives the screen. */
  shows(text: string | RegExp): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** Whether the alternate screen is shown, and the cursor. */
  modes(): Promise<string>;
}

async function openTerminal(cwd: string): Promise<Terminal> {
  const socket = join(cwd, 'tmux.sock');
  const tmux = async (...args: readonly string[]): Promise<string> =>
    (await run('tmux', ['-S', socket, '-f', '/dev/null', ...args], { cwd, env: terminalEnvironment(cwd) }))
      .stdout;
  await tmux('new-session', '-d', '-x', '110', '-y', '30', 'bash --norc --noprofile');
  onTestFinished(async () => void (await tmux('kill-server').catch(() => '')));
  const screen = async (): Promise<string> => tmux('capture-pane', '-p');
  return {
    send: async (...keys) => void (await tmux('send-keys', ...keys)),
    async shows(text) {
      for (let attempt = 0; ; attempt++) {
        const shown = await screen();
        if (typeof text === 'string' ? shown.includes(text) : text.test(shown)) return shown;
        if (attempt >= 300) throw new Error(`the screen never showed ${text}:\n${shown}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    resize: async (columns, rows) =>
      void (await tmux('resize-window', '-x', String(columns), '-y', String(rows))),
    modes: async () => (await tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}')).trim(),
  };
}

function terminalEnvironment(cwd: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    PS1: '$ ',
    PLIMSOLL_CACHE_DIR: join(cwd, 'cache'),
  };
}

async function sampleLayout(cwd: string): Promise<void> {
  const image = await buildImage({
    compression: 'gzip',
    layers: [
      [
        { path: 'etc/motd', content: 'hello from the first layer\n' },
        { path: 'opt/big.bin', content: Buffer.alloc(300_000) },
      ],
      [
        { path: 'opt/.wh.big.bin', content: '' },
        { path: 'app/main.py', content: 'print("in the image")\n' },
      ],
    ],
  });
  await writeOciLayout(image, join(cwd, 'image'));
}

test.skipIf(!hasTmux)('an image can be browsed: tree, filter, file, extraction, findings', async () => {
  const cwd = scratch();
  await sampleLayout(cwd);
  const terminal = await openTerminal(cwd);
  await terminal.send(`'${process.execPath}' '${cliFile}' audit oci:image -i; echo left with $?`, 'Enter');
  const first = await terminal.shows('[1 Files]');
  expect(first).toContain('300 kB dead');
  expect(await terminal.modes()).toBe('1 0');

  await terminal.send('Tab', '/', 'main', 'Enter');
  await terminal.shows('main.py');
  await terminal.send('Enter');
  await terminal.shows('print("in the image")');
  await terminal.send('Escape');
  await terminal.shows('[1 Files]');

  await terminal.send('x', 'C-u', 'copy.py', 'Enter');
  await terminal.shows('written to');
  expect(readFileSync(join(cwd, 'copy.py'), 'utf8')).toBe('print("in the image")\n');
  await terminal.send('x', 'C-u', 'copy.py', 'Enter');
  await terminal.shows('exists already');

  await terminal.send('Escape');
  await terminal.shows('/ filter');
  await terminal.send('3');
  await terminal.shows('Deleted in a later layer');
  await terminal.send('Space', 'j');
  await terminal.shows('/opt/big.bin');
  await terminal.send('Enter');
  await terminal.shows('|................|');
  await terminal.send('q');
  await terminal.resize(50, 12);
  await terminal.shows('60×15 shows more');

  await terminal.send('q');
  await terminal.shows('left with 0');
  expect(await terminal.modes()).toBe('0 1');
});

test.skipIf(!hasTmux)('ctrl-c and a signal give the terminal back', async () => {
  const cwd = scratch();
  await sampleLayout(cwd);
  const terminal = await openTerminal(cwd);
  const start = `'${process.execPath}' '${cliFile}' audit oci:image -i`;
  await terminal.send(`${start}; echo left with $?`, 'Enter');
  await terminal.shows('[1 Files]');
  await terminal.send('C-c');
  await terminal.shows('left with 0');
  expect(await terminal.modes()).toBe('0 1');

  await terminal.send('clear', 'Enter');
  await terminal.send(`timeout --foreground -s TERM 8 ${start}; echo ended with $?`, 'Enter');
  await terminal.shows('[1 Files]');
  await terminal.shows('Interrupted.');
  await terminal.shows('ended with 124');
  expect(await terminal.modes()).toBe('0 1');
  await terminal.send('stty -a', 'Enter');
  await terminal.shows(/(?<!-)icanon/);
});

test.skipIf(!hasTmux)('ctrl-z gives the terminal back, fg continues where it was', async () => {
  const cwd = scratch();
  await sampleLayout(cwd);
  const terminal = await openTerminal(cwd);
  await terminal.send(`'${process.execPath}' '${cliFile}' audit oci:image -i`, 'Enter');
  await terminal.shows('[1 Files]');
  await terminal.send('3');
  await terminal.shows('Deleted in a later layer');
  await terminal.send('C-z');
  await terminal.shows('Stopped');
  expect(await terminal.modes()).toBe('0 1');
  await terminal.send('fg', 'Enter');
  await terminal.shows('Deleted in a later layer');
  expect(await terminal.modes()).toBe('1 0');
  await terminal.send('q');
  await terminal.send('echo left with $?', 'Enter');
  await terminal.shows('left with 0');
});

test('without a terminal it says so', async () => {
  const cwd = scratch();
  await sampleLayout(cwd);
  const { code, stderr } = await plimsoll(['audit', 'oci:image', '-i'], { cwd, env: cliEnvironment() });
  expect(code).toBe(2);
  expect(stderr).toContain('needs a terminal');
  expect(stderr).toContain('hint: Leave -i away');
});
