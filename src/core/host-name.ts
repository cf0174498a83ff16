// Owns the name of a lease below `localhost`: one of its own for each project, so that browsers keep their cookies apart.

import { textMark } from '../text-mark.ts';

/** RFC 1035: a label of a host name has at most this many bytes. */
const MAX_LABEL = 63;
const MARK = 8;

/** A text that is a label as it stands, as most names are. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What the projects of a machine are called. */
export interface ProjectNames {
  /** The label of the project at `path`: its last directory, with a mark where another project has the same one. */
  labelOf(path: string): string;
}

/**
 * For example `web.fix-ui.localhost`: the service, the last directory of the project, and the domain that every
 * browser resolves to this machine (RFC 6761).
 *
 * @param projectPath null for a lease without one, which is `localhost` itself
 */
export function hostName(
  names: ProjectNames,
  projectPath: string | null,
  serviceName: string | null,
): string {
  if (projectPath === null) return 'localhost';
  const project = names.labelOf(projectPath);
  return serviceName === null ? `${project}.localhost` : `${dnsLabel(serviceName)}.${project}.localhost`;
}

/** What a project is called while no other has the same name: its last directory; the root has none. */
export function projectLabel(path: string): string {
  return dnsLabel(path.split(/[/\\]/).findLast((part) => part !== '') ?? '');
}

/** A text as a label of a host name: letters, digits and inner hyphens. What has none of them gets a mark alone. */
export function dnsLabel(text: string): string {
  const known = labels.get(text);
  if (known !== undefined) return known;
  const label = toLabel(text);
  // A memory of what was asked lately: it changes no answer, only its price.
  if (labels.size >= MAX_REMEMBERED) labels.clear();
  labels.set(text, label);
  return label;
}

const MAX_REMEMBERED = 1_000;
const labels = new Map<string, string>();

function toLabel(text: string): string {
  if (LABEL.test(text)) return text;
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
  if (plain.length > MAX_LABEL) return marked(plain, text);
  return plain.replace(/-$/, '') || textMark(text);
}

/** A label with a mark of the text that it was made from behind it. */
export function marked(label: string, text: string): string {
  return `${label.slice(0, MAX_LABEL - MARK - 1).replace(/-$/, '')}-${textMark(text)}`;
}
