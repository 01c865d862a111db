import type { FileDetector } from '../detector.ts';
import { isUserPlace } from '../places.ts';
import { weightsFormat } from '../weights-format.ts';

const smallestBytes = 1_000_000;
const dataFile =
  /\.(?:csv|tsv|parquet|feather|arrow|avro|orc|jsonl|ndjson|npy|npz|h5|hdf5|tfrecords?|lmdb|mdb|xlsx?|sqlite3?|db|duckdb|mp4|avi|mov|mkv|wav|flac|mat|nc|zarr|lance|ipc|dta|sas7bdat|dbf|shp|geojson|fasta|fastq)(?:\.gz|\.bz2|\.xz|\.zst)?$|\.tfrecords?-\d+-of-\d+$|-ubyte(?:\.gz)?$|(?:^|\/)data_batch_\d$/i;
const dataFormats: ReadonlySet<string | undefined> = new Set(['parquet', 'sqlite', 'numpy', 'hdf5']);

/** Data files of at least 1 MB that no package owns, outside of the directories that installers fill. */
export const dataSet: FileDetector = {
  name: 'data-set',
  prepare:
    (subject) =>
    ({ entry }) => {
      if (entry.sizeBytes < smallestBytes || !isUserPlace(entry.path)) return undefined;
      const isData = dataFile.test(entry.path) || dataFormats.has(entry.format);
      if (!isData || weightsFormat(entry) !== undefined) return undefined;
      return subject.ownerOf(entry.path) === undefined ? { kind: 'data-set' } : undefined;
    },
};
