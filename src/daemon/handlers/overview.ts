// Owns the handlers that show the machine as a whole: ranges and resting ports, and the last hours.

import type { HistoryAnswer, OverviewAnswer } from '../../api/schemas-dashboard.ts';
import type { Reading } from '../../coordinator/contract.ts';
import type { Catalogue } from '../../core/catalogue.ts';
import type { Protocol } from '../../core/lease.ts';
import { contains } from '../../core/port-range.ts';
import type { Handler } from '../context.ts';
import { gitBranch } from '../git-branch.ts';

export const overview: Handler<'overview'> = async (context, _input, reply) => {
  const catalogue = context.catalogue();
  const { ranges, resting, paths } = await context.coordinator.query((reading) => ({
    ranges: rangesOf(reading, catalogue),
    resting: restingOf(reading),
    paths: new Set(Array.from(reading.state.leases(), ({ lease }) => lease.projectPath)),
  }));
  const projects: OverviewAnswer['projects'] = [];
  for (const path of paths)
    if (path !== null) projects.push({ project_path: path, branch: await gitBranch(path) });
  reply.header('cache-control', 'no-store');
  return { ranges, resting, projects } satisfies OverviewAnswer;
};

function rangesOf({ state }: Reading, { serviceTypes, avoided }: Catalogue): OverviewAnswer['ranges'] {
  const automatic = new Set(Array.from(state.ranges(), ({ name }) => name));
  const configured = Array.from(serviceTypes.values(), ({ name, range, description, instanceBehavior }) => ({
    service_type: name,
    start: range.start,
    end: range.end,
    description,
    automatic: automatic.has(name),
    singleton: instanceBehavior === 'single',
    avoided: [...avoided].filter((port) => contains(range, port)),
  }));
  const known = new Set(serviceTypes.keys());
  const others = Array.from(state.ranges())
    .filter(({ name }) => !known.has(name))
    .map(({ name, start, end }) => ({
      service_type: name,
      start,
      end,
      description: '',
      automatic: true,
      singleton: false,
      avoided: [],
    }));
  return [...configured, ...others].sort((a, b) => a.start - b.start || a.end - b.end);
}

function restingOf({ state, now, wall }: Reading): OverviewAnswer['resting'] {
  const resting: OverviewAnswer['resting'] = [];
  for (const [id, { until }] of state.quarantines()) {
    if (until <= now) continue;
    const [protocol = '', port] = id.split(':');
    resting.push({
      port: Number(port),
      protocol: protocol as Protocol,
      until: new Date(Math.round(wall + until - now)).toISOString(),
    });
  }
  return resting;
}

export const history: Handler<'history'> = (context, _input, reply) => {
  reply
    .header('cache-control', 'no-store')
    .send({ minutes: [...context.history.minutes()] } satisfies HistoryAnswer);
};
