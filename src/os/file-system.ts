// Owns what kind of file system a home is on: on one of the network, locks and the write-ahead log do not hold.

import { readFileSync, realpathSync, statfsSync } from 'node:fs';
import { mountOf } from './mounts.ts';

/** By the magic number that Linux reports (statfs(2)). */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x564c, 'NCP'],
  [0x786f4256, 'VirtualBox shared folder'],
]);
const FUSE = 0x65735546;
/** All of FUSE has one number: only the type of the mount tells a network from an encrypted or a layered directory. */
const NETWORK_BY_FUSE =
  /^(?:virtiofs|fuse\.(?:sshfs|grpcfuse|vmhgfs-fuse|rclone|s3fs|gcsfuse|goofys|blobfuse2?|glusterfs|ceph-fuse|ceph|juicefs|davfs2?|curlftpfs|smbnetfs|nfs))$/;

/**
 * The name of the network file system that a directory is on.
 *
 * @returns null on a local one, and where it is not known: on other systems than Linux
 */
export function networkFileSystem(dir: string): string | null {
  if (process.platform !== 'linux') return null;
  try {
    // A negative number where the system's own is of 32 bits.
    const type = statfsSync(dir).type >>> 0;
    if (type !== FUSE) return NETWORK.get(type) ?? null;
    const mounted = mountOf(readFileSync('/proc/self/mountinfo', 'utf8'), realpathSync(dir))?.type ?? null;
    return mounted !== null && NETWORK_BY_FUSE.test(mounted) ? mounted : null;
  } catch {
    return null;
  }
}
