import type { RootFileSystem } from '../../../filetree/index.ts';
import type { Image } from '../../../image/index.ts';
import type { InstalledDistribution } from '../../../python/index.ts';
import { readTar } from '../../../tar/index.ts';

/** What is searched for what. */
export interface InnerSearch {
  readonly image: Pick<Image, 'layers'>;
  readonly root: Pick<RootFileSystem, 'placeOf'>;
  /** Whose sources are read. */
  readonly installed: readonly Pick<InstalledDistribution, 'name' | 'files'>[];
  /** Top-level modules that may be imported somewhere. */
  readonly modules: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/**
 * Which distributions' own code imports the modules, or names them in a string, whatever their metadata says: module → distributions.
 * It reads the sources of all of them once, so it is asked only where something would be called unused otherwise.
 */
export async function importedWithin(search: InnerSearch): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, Set<string>>();
  const patterns = [...search.modules].map((module) => ({ module, pattern: namingOf(module) }));
  const owners = ownersByPlace(search);
  for (const [number, layer] of search.image.layers.entries()) {
    const wanted = owners.get(number);
    if (wanted === undefined) continue;
    let position = -1;
    await readTar(await layer.uncompressed(), {
      isEndMarkerOptional: true,
      signal: search.signal,
      onEntry() {
        position += 1;
        const owner = wanted.get(position);
        if (owner === undefined) return undefined;
        const chunks: Buffer[] = [];
        return {
          // The chunk may be used again for what comes next.
          write: (chunk) => void chunks.push(Buffer.from(chunk)),
          end() {
            const text = Buffer.concat(chunks).toString('latin1');
            for (const { module, pattern } of patterns) {
              if (!text.includes(module) || !pattern.test(text)) continue;
              found.set(module, (found.get(module) ?? new Set()).add(owner));
            }
          },
        };
      },
    });
  }
  return new Map([...found].map(([module, names]) => [module, [...names].sort()]));
}

/** `import x`, `import a, x.y`, `from x.y import z`, `import_module("x.y")`; comments and text may look alike, which errs towards a use. */
function namingOf(module: string): RegExp {
  return new RegExp(
    `^[ \\t>.]*(?:from[ \\t]+${module}(?:\\.[\\w.]+)?[ \\t]+import\\b|import[ \\t][^\\n]*\\b${module}\\b)|["']${module}(?:["']|\\.[\\w.]+["'])`,
    'm',
  );
}

/** Layer → position → the distribution whose source stands there. */
function ownersByPlace({ installed, root }: InnerSearch): ReadonlyMap<number, ReadonlyMap<number, string>> {
  const layers = new Map<number, Map<number, string>>();
  for (const { name, files } of installed) {
    for (const path of files) {
      const place = path.endsWith('.py') ? root.placeOf(path) : undefined;
      if (place === undefined) continue;
      const positions = layers.get(place.layer) ?? new Map<number, string>();
      layers.set(place.layer, positions.set(place.position, name));
    }
  }
  return layers;
}
