// The lab: what stands in for Docker Hub and the Python Package Index where they cannot be reached.
//   npm run lab -- up [--with-torch] [--private-engine]
//   npm run lab -- down [--purge]
//   npm run lab -- status                              exit 1 when nothing of the lab runs
import { parseArgs } from 'node:util';
import { messageOf, UserError } from '../../src/base/index.ts';
import { labDown, labStatus, labUp } from './index.ts';

const usage = 'npm run lab -- up [--with-torch] [--private-engine] | down [--purge] | status';

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'with-torch': { type: 'boolean', default: false },
      'private-engine': { type: 'boolean', default: false },
      purge: { type: 'boolean', default: false },
    },
  });
  const log = (line: string): void => console.error(`lab: ${line}`);
  switch (positionals.join(' ')) {
    case 'up': {
      const lab = await labUp({
        withTorch: values['with-torch'],
        isPrivateEngine: values['private-engine'],
        log,
      });
      for (const note of lab.notes) log(note);
      for (const [name, value] of Object.entries({ ...lab.environment, ...lab.buildArgs })) {
        console.log(`export ${name}='${value}'`);
      }
      log(`Registry at ${lab.registry}, package index at ${lab.hostIndexUrl}. The lab is up.`);
      return;
    }
    case 'down':
      return labDown(process.env, values.purge, log);
    case 'status': {
      const status = await labStatus(process.env);
      for (const line of status.lines) console.log(line);
      process.exitCode = status.isUp ? 0 : 1;
      return;
    }
    default:
      throw new UserError(`Say what the lab shall do, not "${positionals.join(' ')}".`, { hint: usage });
  }
}

main().catch((error: unknown) => {
  console.error(`lab: ${messageOf(error)}`);
  if (error instanceof UserError && error.hint !== undefined) console.error(`lab: ${error.hint}`);
  process.exitCode = 2;
});
