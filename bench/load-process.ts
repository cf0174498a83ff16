// Owns the handle of the load process: one child for the whole run, given one job at a time.

import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Job, LoadResult, Reply } from './load-jobs.ts';

export interface LoadProcess {
  /** @throws Error when the server refused a request or broke a connection */
  run(job: Job): Promise<LoadResult>;
  stop(): void;
}

export function startLoadProcess(): LoadProcess {
  const child = fork(join(import.meta.dirname, 'load.ts'), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    run(job) {
      return new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error('the load process ended'));
        child.once('exit', onExit);
        child.once('message', (reply: Reply) => {
          child.off('exit', onExit);
          if (reply.ok) resolve(reply.result);
          else reject(new Error(`the load met a fault: ${reply.error}`));
        });
        child.send(job);
      });
    },
    stop() {
      child.disconnect();
    },
  };
}
