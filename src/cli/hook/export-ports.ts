// Owns the variables that a session gets at its start: who it is, which ports its checkout has, and how that is called.

import { appendFileSync } from 'node:fs';
import type { Dialect } from '../../agents/dialect.ts';
import type { AllocationsAnswer } from '../../api/schemas.ts';
import type { InstancesAnswer } from '../../api/schemas-instance.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { resolvesLocalNames } from '../../client/local-names.ts';
import { projectSlug } from '../../project/slug.ts';
import { portVariables } from '../../run/environment.ts';
import { projectPathAt, query } from '../reach.ts';
import type { AgentEvent } from './event-body.ts';

/**
 * Appends `export` lines to the file that the agent's shells read; never one for PORT, which is one server's alone. What
 * the checkout that was left had, and this one has not, is unset: it would lead to the other one's servers.
 *
 * @param file the agent's CLAUDE_ENV_FILE
 */
export async function exportPorts(client: Client, { fields }: AgentEvent, file: string): Promise<void> {
  const { cwd, new_cwd: moved, old_cwd: left, session_id: session } = fields;
  const here = typeof moved === 'string' ? moved : cwd;
  if (typeof here !== 'string') return;
  const exported = await variablesOfSession(client, here, session);
  const before = typeof left === 'string' ? await variablesOf(client, left) : {};
  const stale = Object.keys(before).filter((name) => !(name in exported));
  const lines = [
    ...stale.map((name) => `unset ${name}`),
    ...Object.entries(exported).map(([name, value]) => `export ${name}=${shellWord(value)}`),
  ];
  if (lines.length > 0) appendFileSync(file, `${lines.join('\n')}\n`);
}

/** The answer with the variables in it, for an agent that takes them so. */
export async function withVariables(
  client: Client,
  dialect: Dialect,
  { fields }: AgentEvent,
  answer: Answer,
): Promise<Answer> {
  const event = dialect.read(fields);
  if (event === null) return answer;
  return { ...answer, env: await variablesOfSession(client, event.cwd, event.sessionId) };
}

type Answer = Readonly<Record<string, unknown>>;

async function variablesOfSession(
  client: Client,
  directory: string,
  session: unknown,
): Promise<Record<string, string>> {
  const variables = await variablesOf(client, directory);
  const instances = expectOk(await client.request<InstancesAnswer>('GET', '/instance/list')).instances;
  const own = instances.find(({ metadata }) => metadata.session_id === session);
  return own === undefined ? variables : { STYXY_INSTANCE: own.instance_id, ...variables };
}

async function variablesOf(client: Client, directory: string): Promise<Record<string, string>> {
  const project = await projectPathAt(directory);
  const path = `/allocations${query({ project_path: project })}`;
  const { allocations } = expectOk(await client.request<AllocationsAnswer>('GET', path));
  return {
    STYXY_SLUG: projectSlug(project),
    ...portVariables(allocations, await resolvesLocalNames()),
  };
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
