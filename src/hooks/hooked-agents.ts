// Owns the list of the agents that have hooks, as commands name them.

export const HOOKED_AGENTS = ['claude'] as const;
