// Owns what one call of a hook comes with, besides its event.

export interface HookCall {
  readonly agent: string;
  /** The event's name, where the agent's settings say it. */
  readonly event: string | null;
  /** The agent's process, where the caller knows it. */
  readonly agentPid: number | null;
  /** Nobody waits for the answer: a daemon is started, however long that takes. */
  readonly isLate: boolean;
  readonly env: NodeJS.ProcessEnv;
}
