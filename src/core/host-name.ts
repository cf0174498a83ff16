// Owns the name of a lease below `localhost`: one of its own for each project, so that browsers keep their cookies apart.

import { textMark } from '../text-mark.ts';

/** RFC 1035: a label of a host name has at most this many bytes. */
const MAX_LABEL = 63;
const MARK = 8;

/** What the projects of a machine are called, and which of these names more than one of them would like to have. */
export interface ProjectNames {
  /** Whether another project than the one at `path` is known by the same last part. */
  isShared(path: string): boolean;
}

/**
 * For example `web.fix-ui.localhost`: the service, the last directory of the project, and the domain that every
 * browser resolves to this machine (RFC 6761). Where two projects have the same last directory, each has a mark of its
 * whole path behind it.
 *
 * @param projectPath null for a lease without one, which is `localhost` itself
 */
export function hostName(
  names: ProjectNames,
  projectPath: string | null,
  serviceName: string | null,
): string {
  if (projectPath === null) return 'localhost';
  const plain = projectLabel(projectPath);
  const project = names.isShared(projectPath) ? marked(plain, projectPath) : plain;
  return serviceName === null ? `${project}.localhost` : `${dnsLabel(serviceName)}.${project}.localhost`;
}

/** What a project is called while no other has the same name: its last directory; the root has none. */
export function projectLabel(path: string): string {
  return dnsLabel(path.split(/[/\\]/).findLast((part) => part !== '') ?? '');
}

/** A text as a label of a host name: letters, digits and inner hyphens. What has none of them gets a mark alone. */
export function dnsLabel(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
  if (plain.length > MAX_LABEL) return marked(plain, text);
  return plain.replace(/-$/, '') || textMark(text);
}

function marked(label: string, text: string): string {
  return `${label.slice(0, MAX_LABEL - MARK - 1).replace(/-$/, '')}-${textMark(text)}`;
}
