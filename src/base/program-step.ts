import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { Duplex, type Readable, type Writable } from 'node:stream';

/**
 * A program as a step of a chain of streams: what is written goes to its standard input, what it prints comes out. The step
 * fails with what the program wrote to standard error when it cannot be started or ends with another code than 0;
 * destroying the step ends the program.
 */
export function programStep(program: string, args: readonly string[]): Duplex {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const step = new Duplex({
    readableHighWaterMark: 1024 * 1024,
    write(chunk: Buffer, _encoding, done) {
      if (child.stdin.write(chunk)) done();
      else child.stdin.once('drain', done);
    },
    final(done) {
      child.stdin.end(done);
    },
    read() {
      child.stdout.resume();
    },
    destroy(error, done) {
      child.kill('SIGKILL');
      done(error);
    },
  });
  watch(child, step, program);
  return step;
}

const keptCharacters = 2000;

function watch(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  step: Duplex,
  program: string,
): void {
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problem = (problem + text).slice(-keptCharacters);
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!step.push(chunk)) child.stdout.pause();
  });
  // A program that fails closes its input first; how it ended tells why.
  child.stdin.on('error', () => {});
  child.once('error', (error) => step.destroy(error));
  child.once('close', (code, signal) => {
    if (code === 0) step.push(null);
    else step.destroy(new Error(`${program} ended with ${code ?? signal}: ${problem.trim()}`));
  });
}
