/** A package as its database tells, before its files are looked up in the root file system. */
export interface InstalledPackage {
  readonly manager: 'dpkg' | 'apk';
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** The source package that it was built from, where it has another name. */
  readonly sourceName?: string;
  /** Paths as the database lists them (without leading slash), directories among them. */
  readonly listed: readonly string[];
}
