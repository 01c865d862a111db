// Joins the command line and what it imports into a few files in dist/cli/: one for the start, one more for each part that
// a command loads when it runs. Hundreds of small modules would cost more time at each start than most commands need.
// A word names another folder than dist/, as the tests do.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src');
const dist = resolve(root, process.argv[2] ?? 'dist');
const target = join(dist, 'cli');
/** Loaded with files of their own (WebAssembly), and by few commands. */
const external = ['web-tree-sitter', 'tree-sitter-python'];

/** `new URL('table.yaml', import.meta.url)` names a file beside the module: seen from the bundle it lies elsewhere. */
const besideModule = /new URL\(\s*'([^']+)',\s*import\.meta\.url,?\s*\)/g;
const keepAssets = {
  name: 'keep-assets',
  transform(code, id) {
    if (!id.startsWith(source + sep) || !code.includes('import.meta.url')) return undefined;
    return code.replace(besideModule, (_whole, name) => {
      const file = join(dist, relative(source, join(dirname(id), name.replace(/\.ts$/, '.js'))));
      return `new URL('${relative(target, file)}', import.meta.url)`;
    });
  },
};

// The entry stays as tsc has written it: an older Node, which could not read the rest, reads it and is told so.
for (const name of readdirSync(target))
  if (name !== 'main.js') rmSync(join(target, name), { recursive: true });
/** The doors of the rooms only hand on: what comes in by one need not bring the whole room along. */
const isDoor = /[\\/]src[\\/].*[\\/]index\.ts$/;
const commandModules = await bundleEntry('command-line', {
  treeshake: { moduleSideEffects: (id) => !isDoor.test(id) },
});
// One file of what it needs alone: a thread is of use from the moment that it has read its code.
const threadModules = await bundleEntry('layer-thread', { treeshake: { moduleSideEffects: false } });
writeBuildId();
writeLicences([...commandModules, ...threadModules]);

/** Bundles what is run by name, and gives the files that went in. */
async function bundleEntry(name, options = {}) {
  const bundle = await rolldown({
    input: { [name]: join(source, 'cli', `${name}.ts`) },
    platform: 'node',
    external,
    plugins: [keepAssets],
    ...options,
  });
  const { output } = await bundle.write({
    dir: target,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

/** A digest over all that was built: what was worked out by another build is not taken for this one's. */
function writeBuildId() {
  const hash = createHash('sha256');
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(?:js|json|py)$/.test(name) && name !== 'build.json')
      hash.update(name).update(readFileSync(join(dist, name)));
  }
  writeFileSync(join(dist, 'build.json'), JSON.stringify({ id: hash.digest('hex') }));
}

/** Their licences ask that they go with copies: one file for all packages of which a part is in the bundle. */
function writeLicences(modules) {
  const folders = new Set(
    modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? `Licence: ${license}\n` : readFileSync(join(folder, file), 'utf8');
    return `${name} ${version}\n\n${text}`;
  });
  writeFileSync(join(target, 'THIRD-PARTY-LICENSES.txt'), texts.join(`\n${'-'.repeat(72)}\n\n`));
}
