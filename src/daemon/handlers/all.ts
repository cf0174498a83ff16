// Owns the table that gives every operation its handler.

import type { Handlers } from '../context.ts';
import { config, health, openapi, rotateToken, shutdown, status } from './about.ts';
import { adopt } from './adopt.ts';
import { allocate, allocateBatch } from './allocate.ts';
import { listAllocations } from './allocations.ts';
import { audit, auditStats } from './audit.ts';
import { check } from './check.ts';
import { cleanup } from './cleanup.ts';
import { dashboard, dashboardFile, signIn, signInCode } from './dashboard.ts';
import { endOrphan } from './end-orphan.ts';
import { events } from './events.ts';
import { hook } from './hook.ts';
import { heartbeatInstance, listInstances, registerInstance, retireInstance } from './instances.ts';
import { hold, release, renew } from './lease.ts';
import { metrics } from './metrics.ts';
import { history, overview } from './overview.ts';
import { consolidateRanges, showAutoAllocation, switchAutoAllocation, undoRange } from './ranges.ts';
import { scan } from './scan.ts';

export const HANDLERS: Handlers = {
  allocate,
  allocateBatch,
  adopt,
  renew,
  hold,
  release,
  listAllocations,
  check,
  scan,
  registerInstance,
  heartbeatInstance,
  retireInstance,
  listInstances,
  cleanup,
  status,
  config,
  showAutoAllocation,
  switchAutoAllocation,
  undoRange,
  consolidateRanges,
  audit,
  auditStats,
  events,
  hook,
  signInCode,
  signIn,
  overview,
  history,
  endOrphan,
  dashboard,
  dashboardFile,
  metrics,
  rotateToken,
  shutdown,
  health,
  openapi,
};
