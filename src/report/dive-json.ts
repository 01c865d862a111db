import type { Audit } from '../audit/index.ts';
import type { DiveFigures, LayerEntry, LayerIndex, RootFileSystem } from '../filetree/index.ts';

/** What dive's JSON is made from. */
export interface DiveSubject {
  readonly audit: Audit;
  readonly root: Pick<RootFileSystem, 'layers'>;
  readonly figures: DiveFigures;
}

/**
 * An image as `dive --json FILE` writes it (dive 0.10 to 0.13, `cmd/dive/cli/internal/command/export/export.go` and
 * `dive/filetree/file_info.go`), with dive's own figures. Instructions have their secrets masked, which dive does not.
 *
 *     {"layer": [{"index": 0, "id": "28cf…", "digestId": "sha256:23bc…", "sizeBytes": 1154361, "command": "#(nop) ADD file:ce02… in / ",
 *       "fileList": [{"path": "bin/[", "typeFlag": 48, "linkName": "", "size": 1075464, "fileMode": 493, "uid": 0, "gid": 0, "isDir": false}]}],
 *      "image": {"sizeBytes": 1220598, "inefficientBytes": 32025, "efficiencyScore": 0.98442,
 *       "fileReference": [{"count": 2, "sizeBytes": 12810, "file": "/root/saved.txt"}]}}
 */
export function diveJson({ audit, root, figures }: DiveSubject): string {
  const layer = root.layers.map((index, position) => ({
    index: position,
    id: index.diffId.replace(/^sha256:/, ''),
    digestId: index.diffId,
    sizeBytes: index.contentBytes,
    command: (audit.layers[position]?.instruction ?? '(missing)').replace(/^\/bin\/sh -c /, ''),
    fileList: fileList(index),
  }));
  const image = {
    sizeBytes: audit.image.contentBytes,
    inefficientBytes: figures.inefficientBytes,
    efficiencyScore: figures.efficiencyScore,
    fileReference: figures.fileReferences,
  };
  return `${JSON.stringify({ layer, image }, undefined, 2)}\n`;
}

interface DiveFile {
  readonly path: string;
  readonly typeFlag: number;
  readonly linkName: string;
  readonly size: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
  readonly isDir: boolean;
}

interface Node {
  file: DiveFile;
  readonly children: Map<string, Node>;
}

// dive puts a directory that has no entry of its own into the list with Go's empty values.
const noFile: DiveFile = {
  path: '',
  typeFlag: 0,
  linkName: '',
  size: 0,
  fileMode: 0,
  uid: 0,
  gid: 0,
  isDir: false,
};

/** A layer's entries in dive's order: by name, what is in a directory before the directory. */
function fileList(layer: LayerIndex): DiveFile[] {
  const tree: Node = { file: noFile, children: new Map() };
  for (const entry of layer.entries()) {
    const file = diveFile(entry);
    if (file === undefined) continue;
    let node = tree;
    for (const name of file.path.split('/')) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = { file: noFile, children: new Map() };
        node.children.set(name, child);
      }
      node = child;
    }
    node.file = file;
  }
  const list: DiveFile[] = [];
  const visit = (node: Node): void => {
    for (const [, child] of [...node.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
      visit(child);
      list.push(child.file);
    }
  };
  visit(tree);
  return list;
}

/** Type flags of tar, and Go's `os.FileMode` bits beside the permissions. */
const types: Readonly<Record<LayerEntry['type'], { readonly flag: string; readonly bits: number }>> = {
  file: { flag: '0', bits: 0 },
  hardlink: { flag: '1', bits: 0 },
  symlink: { flag: '2', bits: 2 ** 27 },
  'character-device': { flag: '3', bits: 2 ** 26 + 2 ** 21 },
  'block-device': { flag: '4', bits: 2 ** 26 },
  directory: { flag: '5', bits: 2 ** 31 },
  fifo: { flag: '6', bits: 2 ** 25 },
  whiteout: { flag: '0', bits: 0 },
  'opaque-whiteout': { flag: '0', bits: 0 },
};

/** Undefined for what dive leaves out: the root itself, and opaque whiteouts. */
function diveFile(entry: LayerEntry): DiveFile | undefined {
  if (entry.path === '' || entry.type === 'opaque-whiteout') return undefined;
  const { flag, bits } = types[entry.type];
  return {
    path: entry.type === 'whiteout' ? entry.path.replace(/[^/]*$/, '.wh.$&') : entry.path,
    typeFlag: flag.charCodeAt(0),
    linkName: entry.linkTarget ?? '',
    size: entry.sizeBytes,
    fileMode: bits + goMode(entry.mode),
    uid: entry.uid,
    gid: entry.gid,
    isDir: entry.type === 'directory',
  };
}

/** Permissions, with setuid, setgid and sticky where Go has them. */
function goMode(mode: number): number {
  const special = (bit: number, shift: number): number => ((mode & bit) === 0 ? 0 : 2 ** shift);
  return (mode & 0o777) + special(0o4000, 23) + special(0o2000, 22) + special(0o1000, 20);
}
