// Owns the table of the steps, in the order in which they are asked for; they are undone the other way round.

import { autostartStep } from './autostart-step.ts';
import { completionsStep } from './completions-step.ts';
import { hooksStep } from './hooks-step.ts';
import type { SetupStep } from './step.ts';

export const SETUP_STEPS: readonly SetupStep[] = [autostartStep, hooksStep, completionsStep];
