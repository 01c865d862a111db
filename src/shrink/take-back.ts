import { followLinks, ownLibrary, type RootFileSystem } from '../filetree/index.ts';
import { needed, unitOf } from './kept-units.ts';
import { loadedFiles } from './loaded-files.ts';
import { outsideNames } from './needed-test-folders.ts';
import type { ShrinkSubject } from './pass.ts';
import type { PlannedEdit } from './planned-edit.ts';
import { isUse } from './python-uses.ts';
import { moduleAt, siteOf } from './site-packages.ts';

/** A removal that a proof speaks against: all of its unit stays. */
export interface TakenBack {
  readonly pass: string;
  /** The path, or the folder, that stays. */
  readonly path: string;
  readonly because: string;
}

/** What is left of the edits, and what was taken back. */
export interface ProvenEdits {
  readonly edits: readonly PlannedEdit[];
  readonly takenBack: readonly TakenBack[];
}

/** Says which paths something that stays needs, of those that are to go; with the reason. */
type Proof = (gone: ReadonlyMap<string, PlannedEdit>) => ReadonlyMap<string, string>;

/**
 * The static proof: modules that files, entry points and `.pth` lines name and that could be imported before still can, libraries that are linked with are
 * still there, links lead where they led. What fails is taken back whole, until nothing fails.
 */
export function takeBack(subject: ShrinkSubject, edits: readonly PlannedEdit[]): ProvenEdits {
  const proofs = [importProof(subject), libraryProof(subject), linkProof(subject)];
  const takenBack: TakenBack[] = [];
  let left = edits;
  for (let isDone = false; !isDone; ) {
    const gone = new Map(
      left.filter(({ edit }) => edit.kind === 'remove').map((one) => [one.edit.path, one]),
    );
    const units = new Map<string, TakenBack>();
    for (const [path, because] of proofs.flatMap((proof) => [...proof(gone)])) {
      const found = gone.get(path);
      if (found?.edit.kind !== 'remove') continue;
      const { unit } = found.edit;
      if (!units.has(unit)) units.set(unit, { pass: found.pass, path: unit, because });
    }
    addNeeded(units, left);
    takenBack.push(...units.values());
    left = left.filter(({ edit }) => edit.kind !== 'remove' || !units.has(edit.unit));
    isDone = units.size === 0;
  }
  return { edits: left, takenBack };
}

/** What a unit that stays requires has to stay as well. */
function addNeeded(units: Map<string, TakenBack>, left: readonly PlannedEdit[]): void {
  const passes = new Map(left.map(({ edit, pass }) => [unitOf(edit), pass]));
  const edits = left.map(({ edit }) => edit);
  for (const [unit, by] of needed(edits, new Set(units.keys()))) {
    units.set(unit, { pass: passes.get(unit) ?? '', path: unit, because: `${by} needs it` });
  }
}

function importProof(subject: ShrinkSubject): Proof {
  const { study, root } = subject;
  const outside = outsideNames(subject);
  const isLoaded = loadedFiles(subject);
  return (gone) => {
    const modules = goneModules(root, gone);
    if (modules.size === 0) return new Map();
    const failed = new Map<string, string>();
    const fail = (name: string, because: string): void => {
      const path = modules.get(name);
      if (path !== undefined) failed.set(path, `${because} ${name}`);
    };
    for (const { name, source } of outside) if (!gone.has(source)) fail(name, `${source} names`);
    const wanted = new Set(study.names.flatMap((name, number) => (modules.has(name) ? [number] : [])));
    for (const mention of study.mentions) {
      if (gone.has(mention.path)) continue;
      for (const number of mention.names) {
        if (!wanted.has(number)) continue;
        const module = study.names[number] ?? '';
        const edit = gone.get(modules.get(module) ?? '')?.edit;
        const tool = edit?.kind === 'remove' ? edit.whole?.tool : undefined;
        const by = subject.distributionOf(mention.path);
        if (isUse(mention, [number], { tool, isLoaded, by })) fail(module, `${mention.path} names`);
      }
    }
    return failed;
  };
}

/** Copies that a package manager has unpacked (Conda's `pkgs/numpy-2.4-0/lib/…`) lie where nobody imports and no loader looks. */
const caches = 'package-caches';

/** The modules and packages that go, by name, with a file of each; what another file still provides is not among them. */
function goneModules(
  root: RootFileSystem,
  gone: ReadonlyMap<string, PlannedEdit>,
): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const [path, { pass }] of gone) {
    if (pass === caches || siteOf(path) === undefined || !/\.(?:py|so)$/.test(path)) continue;
    const module = moduleAt(path);
    if (module === undefined || hasTwin(root, path, gone)) continue;
    modules.set(module, path);
  }
  return modules;
}

/** `x.pyx` gone beside `x.so` takes no module away; nor does `x.py` beside a package `x`. */
function hasTwin(root: RootFileSystem, path: string, gone: ReadonlyMap<string, PlannedEdit>): boolean {
  const stem = path.replace(/(?:\/__init__)?\.(?:py|[^/]*so)$/, '');
  const stays = (one: string): boolean => one !== path && !gone.has(one) && root.get(one) !== undefined;
  return [`${stem}.py`, `${stem}/__init__.py`].some(stays);
}

function libraryProof({ study, root }: ShrinkSubject): Proof {
  return (gone) => {
    const byName = new Map<string, string>();
    for (const [path, { pass }] of gone)
      if (pass !== caches) byName.set(path.slice(path.lastIndexOf('/') + 1), path);
    const failed = new Map<string, string>();
    for (const [path, { needed, folders }] of study.elf) {
      if (gone.has(path)) continue;
      for (const name of needed) {
        const library = byName.get(name);
        if (library === undefined) continue;
        const own = ownLibrary(root, { path, name, folders });
        if (own === undefined || gone.has(own)) failed.set(own ?? library, `${path} is linked with it`);
      }
    }
    return failed;
  };
}

const documentation = /(?:^|\/)(?:man|doc|info)\//;

function linkProof({ root }: ShrinkSubject): Proof {
  const targets: { readonly path: string; readonly target: string }[] = [];
  for (const { entry } of root.entries()) {
    if (entry.type !== 'symlink') continue;
    const target = followLinks(root, entry.path)?.entry.path;
    // update-alternatives(1) keeps a link for each manual page, too.
    const isOfDocumentation = entry.path.startsWith('etc/alternatives/') && documentation.test(target ?? '');
    if (target !== undefined && !isOfDocumentation) targets.push({ path: entry.path, target });
  }
  return (gone) =>
    new Map(
      targets
        .filter(({ path, target }) => gone.has(target) && !gone.has(path))
        .map(({ path, target }) => [target, `the link ${path} leads to it`]),
    );
}
