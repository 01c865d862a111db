import { isInSitePackages } from '../audit-subject.ts';
import type { FileDetector } from '../detector.ts';

const smallestBytes = 1_000_000;
const dataFile =
  /\.(?:csv|tsv|parquet|feather|arrow|avro|orc|jsonl|ndjson|npy|npz|h5|hdf5|tfrecords?|xlsx?|sqlite3?|db|zip|tar|tgz|tar\.(?:gz|bz2|xz|zst)|7z|rar|mp4|avi|mov|wav|flac)(?:\.gz|\.bz2|\.xz|\.zst)?$/i;
const systemPlace =
  /^(?:usr\/(?!local\/|src\/)|etc\/|var\/(?!www\/|data\/)|lib|bin\/|sbin\/|boot\/|proc\/|sys\/)/;

/** Data files and archives of at least 1 MB that no package owns, outside of the system's and Python's directories. */
export const dataSet: FileDetector = {
  name: 'data-set',
  prepare:
    (subject) =>
    ({ entry }) => {
      const isData = entry.sizeBytes >= smallestBytes && dataFile.test(entry.path);
      if (!isData || systemPlace.test(entry.path) || isInSitePackages(entry.path)) return undefined;
      return subject.ownerOf(entry.path) === undefined ? { kind: 'data-set' } : undefined;
    },
};
