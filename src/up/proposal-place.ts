// Owns where a proposed styxy.json would lie, and the look at what is there.

import { join, sep } from 'node:path';
import type { Project } from '../project/project.ts';
import { projectFiles } from '../project/project-files.ts';
import type { ProjectReader } from '../tools/situation.ts';
import { workspaceRoot } from '../tools/workspaces.ts';
import { PROJECT_FILE } from './project-schema.ts';
import { type Proposal, proposeServices } from './propose.ts';

export interface PlacedProposal extends Proposal {
  /** The directory that the services are counted from. */
  readonly root: string;
  /** Of the styxy.json. */
  readonly path: string;
  /** Whether there is one already. */
  readonly exists: boolean;
}

/** Proposes the services of the workspace that a directory is in, else of its checkout. */
export function proposeFor(project: Project): PlacedProposal {
  const reader = projectFiles();
  const root = rootOf(project, reader);
  const exists = reader.names(root).includes(PROJECT_FILE);
  return { ...proposeServices(root, reader), root, path: join(root, PROJECT_FILE), exists };
}

/** The root of the workspace, which may lie below that of the checkout, else the checkout's. */
function rootOf({ path, directory }: Project, reader: ProjectReader): string {
  const root = workspaceRoot(directory, reader)?.directory;
  return root !== undefined && `${root}${sep}`.startsWith(`${path}${sep}`) ? root : path;
}
