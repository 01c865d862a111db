// statfs(2): `f_type`, from linux/magic.h and the sources of the file systems.
const kernelFileSystems: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x1cd1, 'devpts'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x19800202, 'mqueue'],
  [0x73636673, 'securityfs'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0xcafe4a11, 'bpf'],
  [0x6165676c, 'pstore'],
  [0x62656570, 'configfs'],
  [0x65735543, 'fusectl'],
  [0x42494e4d, 'binfmt_misc'],
  [0xde5e81e4, 'efivarfs'],
  [0x958458f6, 'hugetlbfs'],
  [0x0187, 'autofs'],
  [0x67596969, 'rpc_pipefs'],
  [0x6e736673, 'nsfs'],
  [0xf97cff8c, 'selinuxfs'],
]);

/** The name of a file system that the kernel makes up, or that lies in memory only; undefined for one that stores files. */
export function kernelFileSystem(type: number): string | undefined {
  return kernelFileSystems.get(type);
}

/** Subvolumes of btrfs have devices of their own without being mount points. */
export const btrfs = 0x9123683e;
