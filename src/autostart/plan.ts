// Owns the plan of an autostart: which files it consists of, and which commands make the system's supervisor know them. Pure.

import { join } from 'node:path';
import type { AutostartFacts } from './facts.ts';
import { checkAgent, daemonAgent } from './launchd-text.ts';
import { seal } from './sealed-text.ts';
import { checkUnit, daemonUnit, socketUnit, timerUnit } from './systemd-text.ts';
import { taskDefinition } from './task-text.ts';

export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  /** Windows' own programs read UTF-16 with a mark at its beginning. */
  readonly encoding: 'utf8' | 'utf16le';
}

/** Arguments of the supervisor's program, see `supervisorProgram` of the client. */
export type SupervisorArgs = readonly string[];

export interface AutostartPlan {
  readonly files: readonly PlannedFile[];
  /** Run after files were written or removed. */
  readonly reload: readonly SupervisorArgs[];
  /** Makes the parts begin with the session. */
  readonly enable: readonly SupervisorArgs[];
  /** Makes them begin no more; the daemon was stopped before. */
  readonly disable: readonly SupervisorArgs[];
  /** Links that enabling makes, to be removed where no supervisor is there to do it. */
  readonly links: readonly string[];
}

export function autostartPlan(facts: AutostartFacts): AutostartPlan {
  const plans = { systemd: systemdPlan, launchd: launchdPlan, 'task-scheduler': taskPlan };
  return plans[facts.place.kind](facts);
}

function systemdPlan(facts: AutostartFacts): AutostartPlan {
  const { folder, daemon, socket, check, timer } = facts.place;
  const file = (name: string | null, text: string): PlannedFile[] =>
    name === null ? [] : [{ path: join(folder, name), text: seal(text, 'hash'), encoding: 'utf8' }];
  const listening = facts.hasSocket ? socket : null;
  const begun = [listening, timer, daemon].filter((name) => name !== null);
  return {
    files: [
      ...file(daemon, daemonUnit(facts)),
      ...file(listening, socketUnit(facts)),
      ...file(check, checkUnit(facts)),
      ...file(timer, timerUnit(facts)),
    ],
    reload: [['daemon-reload']],
    enable: [['enable', ...begun]],
    disable: [
      ['disable', ...begun],
      ['reset-failed', ...begun, check],
    ],
    links: [
      join(folder, 'default.target.wants', daemon),
      ...(socket === null ? [] : [join(folder, 'sockets.target.wants', socket)]),
      ...(timer === null ? [] : [join(folder, 'timers.target.wants', timer)]),
    ],
  };
}

/** launchd takes whatever is in the folder at the next login. */
function launchdPlan(facts: AutostartFacts): AutostartPlan {
  const { folder, daemon, check } = facts.place;
  const file = (label: string, text: string): PlannedFile => ({
    path: join(folder, `${label}.plist`),
    text: seal(text, 'xml'),
    encoding: 'utf8',
  });
  return {
    files: [file(daemon, daemonAgent(facts)), file(check, checkAgent(facts))],
    reload: [],
    enable: [],
    disable: [],
    links: [],
  };
}

function taskPlan(facts: AutostartFacts): AutostartPlan {
  const { daemon, daemonFile } = facts.place;
  return {
    files: [{ path: daemonFile, text: seal(taskDefinition(facts), 'xml'), encoding: 'utf16le' }],
    reload: [],
    enable: [['/Create', '/TN', daemon, '/XML', daemonFile, '/F']],
    disable: [['/Delete', '/TN', daemon, '/F']],
    links: [],
  };
}
