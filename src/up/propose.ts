// Owns the proposal of a styxy.json: a service for each package whose script starts a server that is known. Pure.

import { basename, relative, sep } from 'node:path';
import { allowedName } from '../project/project.ts';
import { planRun } from '../tools/plan.ts';
import type { ProjectReader } from '../tools/situation.ts';
import { type Package, packageAt, workspacePackages } from '../tools/workspaces.ts';
import { PROJECT_SCHEMA_URL } from './project-schema.ts';

export interface ProposedService {
  readonly name: string;
  readonly command: string;
  /** Counted from the root; null for the root itself. */
  readonly cwd: string | null;
  readonly listens: boolean;
  /** What it starts, for people. */
  readonly tool: string;
  /** What has to be done so that it takes its port; null where nothing has. */
  readonly advice: string | null;
}

/** A package with a script of which it is not known that it starts a server. */
export interface LeftOut {
  readonly cwd: string | null;
  readonly command: string;
}

export interface Proposal {
  readonly services: readonly ProposedService[];
  readonly leftOut: readonly LeftOut[];
}

/** The scripts that start a package's server, the usual one first. */
const SCRIPTS = ['dev', 'start'];
const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const COMPOSE = 'compose';

/**
 * Proposes the services of a checkout by the package.json at `root`, or by those of its workspace.
 *
 * @param root an absolute path
 */
export function proposeServices(root: string, reader: ProjectReader): Proposal {
  const files = reader.names(root);
  const own = packageAt(root, reader);
  const packages = own === null ? [] : [own, ...workspacePackages(own, reader)];
  const manager = managerOf(files);
  const services: ProposedService[] = [];
  const leftOut: LeftOut[] = [];
  for (const each of packages) {
    const script = SCRIPTS.find((name) => Object.hasOwn(each.scripts, name));
    if (script === undefined) continue;
    const cwd = each.directory === root ? null : relative(root, each.directory).split(sep).join('/');
    const command = `${manager} run ${script}`;
    const plan = planRun([manager, 'run', script], each.directory, reader);
    // One script for all packages is what `styxy up` is in place of.
    if (plan.leaseless !== null && plan.leaseless !== 'nested') continue;
    const isNested = plan.leaseless === 'nested';
    if (plan.tool === null && !isNested) leftOut.push({ cwd, command });
    else {
      const taken = services.map(({ name }) => name);
      const tool = plan.tool ?? 'styxy run';
      const name = nameOf(each, cwd, taken);
      services.push({ name, command, cwd, listens: !isNested, tool, advice: isNested ? null : plan.advice });
    }
  }
  if (files.some((name) => COMPOSE_FILES.includes(name)) && !services.some(({ name }) => name === COMPOSE)) {
    const compose = { name: COMPOSE, command: 'docker compose up', cwd: null, listens: false };
    services.push({ ...compose, tool: 'Docker Compose', advice: null });
  }
  return { services, leftOut };
}

/** The text of a file with these services, one in a line. */
export function proposedText(services: readonly ProposedService[]): string {
  const lines = services.map(({ name, command, cwd, listens }) => {
    const entries = { command, ...(cwd === null ? {} : { cwd }), ...(listens ? {} : { listens }) };
    const words = Object.entries(entries).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
    return `    ${JSON.stringify(name)}: { ${words.join(', ')} }`;
  });
  const schema = JSON.stringify(PROJECT_SCHEMA_URL);
  return `{\n  "$schema": ${schema},\n  "services": {\n${lines.join(',\n')}\n  }\n}\n`;
}

/** The package's name without its scope; with it, or by its folder, where another one has that. */
function nameOf({ name, directory }: Package, cwd: string | null, taken: readonly string[]): string {
  const folder = cwd ?? basename(directory);
  const wishes = [
    name === null || name === '' ? folder : name.replace(/^@[^/]*\//, ''),
    name ?? folder,
    folder,
  ];
  const names = wishes.map(allowedName);
  return names.find((each) => !taken.includes(each)) ?? allowedName(`${folder} ${taken.length}`);
}

/** By the files that each of them keeps at the root. */
function managerOf(files: readonly string[]): 'npm' | 'pnpm' | 'yarn' | 'bun' {
  if (files.includes('pnpm-lock.yaml') || files.includes('pnpm-workspace.yaml')) return 'pnpm';
  if (files.includes('yarn.lock')) return 'yarn';
  return files.includes('bun.lock') || files.includes('bun.lockb') ? 'bun' : 'npm';
}
