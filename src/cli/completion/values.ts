// Owns the values that a running daemon knows: types, leases, ports, names, instances and projects, looked up for a completion.

import { AGENT_NAMES } from '../../agents/occasions.ts';
import type { AllocationsAnswer } from '../../api/schemas.ts';
import type { ConfigAnswer } from '../../api/schemas-daemon.ts';
import type { InstancesAnswer } from '../../api/schemas-instance.ts';
import { type Client, connect } from '../../client/client.ts';
import { shippedConfig } from '../../config/config-schema.ts';
import { AUDIT_EVENTS } from '../../core/audit-events.ts';
import { ERRORS } from '../../errors.ts';
import { resolveOwnHome } from '../../home.ts';
import { loadProject } from '../../up/load-project.ts';
import { objectOf } from '../config-answer.ts';
import { projectAt } from '../reach.ts';
import { SHELLS } from './scripts.ts';
import type { Candidate, ValueKind } from './wanted.ts';

/** Nobody waits longer for a key. */
const TIMEOUT_MS = 1_000;
/** More than anybody reads. */
const MAX_LEASES = 200;

type Lease = AllocationsAnswer['allocations'][number];

/** The values of a kind; none where no daemon runs, which is not started for this. */
export async function valuesOf(kind: ValueKind, env: NodeJS.ProcessEnv): Promise<readonly Candidate[]> {
  switch (kind) {
    case 'types':
      return await types(env);
    case 'leases':
      return (await leases(env)).map((lease) => ({ value: lease.lock_id, description: ofLease(lease) }));
    case 'ports':
      return (await leases(env)).map((lease) => ({ value: String(lease.port), description: ofLease(lease) }));
    case 'names':
      return unique((await leases(env)).map(ofName));
    case 'names-and-ports':
      return unique([...(await valuesOf('names', env)), ...(await valuesOf('ports', env))]);
    case 'projects': {
      const paths = (await leases(env)).flatMap(({ project_path: path }) => (path === null ? [] : [path]));
      return unique(paths.map((value) => ({ value, description: 'a project with leases' })));
    }
    case 'services':
      return services();
    case 'instances': {
      const answer = await ask<InstancesAnswer>(env, '/instance/list');
      return (answer?.instances ?? []).map((each) => ({
        value: each.instance_id,
        description: each.working_directory ?? 'an instance',
      }));
    }
    case 'templates': {
      const answer = await ask<ConfigAnswer>(env, '/config');
      const config = objectOf(answer?.config ?? shippedConfig());
      return Object.keys(objectOf(config.instance_templates)).map((value) => ({
        value,
        description: 'a template',
      }));
    }
    case 'codes':
      return Object.entries(ERRORS).map(([value, { title }]) => ({ value, description: title }));
    case 'events':
      return Object.entries(AUDIT_EVENTS).map(([value, description]) => ({ value, description }));
    case 'shells':
      return SHELLS.map((value) => ({ value, description: 'a shell' }));
    case 'agents':
      return AGENT_NAMES.map((value) => ({ value, description: 'an agent with hooks' }));
    case 'files':
    case 'programs':
      return [];
  }
}

/** What the styxy.json here names; none where there is none, or it is wrong. */
function services(): readonly Candidate[] {
  try {
    const { services: named } = loadProject(projectAt(null));
    return named.map(({ name, command }) => ({ value: name, description: command }));
  } catch {
    return [];
  }
}

async function types(env: NodeJS.ProcessEnv): Promise<readonly Candidate[]> {
  const answer = await ask<ConfigAnswer>(env, '/config');
  const config = objectOf(answer?.config ?? shippedConfig());
  return Object.entries(objectOf(config.service_types)).map(([value, type]) => {
    const { range, description } = objectOf(type);
    const ports = Array.isArray(range) ? `ports ${range.join('-')}` : '';
    return {
      value,
      description: typeof description === 'string' && description !== '' ? description : ports,
    };
  });
}

async function leases(env: NodeJS.ProcessEnv): Promise<readonly Lease[]> {
  return (await ask<AllocationsAnswer>(env, `/allocations?limit=${MAX_LEASES}`))?.allocations ?? [];
}

function ofLease({ port, service_type: type, service_name: name, project_path: path }: Lease): string {
  return [String(port), name ?? type, path === null ? null : `in ${path}`].filter(Boolean).join(' ');
}

function ofName(lease: Lease): Candidate {
  return { value: lease.service_name ?? lease.service_type, description: ofLease(lease) };
}

function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...new Map(candidates.map((each) => [each.value, each])).values()];
}

async function ask<Answer>(env: NodeJS.ProcessEnv, path: string): Promise<Answer | null> {
  let client: Client | null = null;
  try {
    const home = resolveOwnHome(env);
    client = await connect({ home, env, autostart: false, timeoutMs: TIMEOUT_MS, onNotice: () => {} });
    const { status, body } = await client.request<Answer>('GET', path);
    return status === 200 ? body : null;
  } catch {
    // No daemon, or a busy one: there is nothing to offer, and nothing to say in the middle of a line.
    return null;
  } finally {
    client?.close();
  }
}
