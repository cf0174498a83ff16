// Owns the reading of `mountinfo`, by which Linux tells which file system a path is on and where in it.

/** What a path is on. */
export interface Mount {
  /** Where it is mounted. */
  readonly point: string;
  /** The type of the file system. */
  readonly type: string;
  /** Which file system it is: its numbers of device. */
  readonly device: string;
  /** The directory of the file system that is mounted there. */
  readonly root: string;
}

/**
 * The mount that holds `path`: the last one of the longest mount point.
 *
 * @param mountinfo the text of the file (proc(5))
 * @param path absolute, without links in it
 */
export function mountOf(mountinfo: string, path: string): Mount | null {
  let found: Mount | null = null;
  for (const line of mountinfo.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    const [, , device = '', root = '', where = ''] = mount.split(' ');
    const point = decoded(where);
    const [type = ''] = source.split(' ');
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    if (point !== '' && holds && (found === null || point.length >= found.point.length))
      found = { point, type, device, root: decoded(root) };
  }
  return found;
}

/** Whether `path` is the same directory by two texts of `mountinfo`, without a look at the directory. */
export function isSameDirectory(path: string, mountinfo: string, other: string): boolean {
  const [one, two] = [mountOf(mountinfo, path), mountOf(other, path)];
  return one !== null && two !== null && one.device === two.device && within(one, path) === within(two, path);
}

/** The path from the root of the file system on. */
function within({ point, root }: Mount, path: string): string {
  return `${root}/${path.slice(point.length)}`.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

/** The kernel writes blanks, tabs, line ends and backslashes of a path in octal. */
function decoded(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
