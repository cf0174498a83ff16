// Owns what a tool of the MCP server is: data that agents are shown, plus one `run`.

import type { Static, TObject } from 'typebox';
import { parserOf } from '../api/validate.ts';
import type { Desk } from './desk.ts';

/** What a client may conclude about a call before it asks its user; all four are said of every tool. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  /** Whether it reaches beyond this machine: none does. */
  readonly openWorldHint: false;
}

/** What a call brought. */
export interface ToolAnswer<Output> {
  /** A sentence of our own words, numbers and checked names; whatever else others wrote stands in `output` alone. */
  readonly sentence: string;
  readonly output: Output;
}

export interface ToolSpec<Input extends TObject, Output extends TObject> {
  readonly name: string;
  readonly title: string;
  /** Every agent pays for each word of it, in every session. */
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  readonly annotations: ToolAnnotations;
  /** @throws StyxyError a refusal or fault */
  run(input: Static<Input>, desk: Desk): Promise<ToolAnswer<Static<Output>>>;
}

/** A tool whose arguments have not been checked yet. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: TObject;
  readonly output: TObject;
  readonly annotations: ToolAnnotations;
  /** @throws StyxyError INVALID_REQUEST for arguments that do not fit; a refusal or fault */
  call(args: unknown, desk: Desk): Promise<ToolAnswer<unknown>>;
}

export function toolOf<Input extends TObject, Output extends TObject>({
  run,
  ...shown
}: ToolSpec<Input, Output>): Tool {
  const parse = parserOf(shown.input, 'The call');
  return { ...shown, call: (args, desk) => run(parse(args), desk) };
}

export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** It adds something; a second time it adds nothing. */
export const ADDS: ToolAnnotations = { ...READS, readOnlyHint: false };

/** It ends something; a second time there is nothing to end. */
export const ENDS: ToolAnnotations = { ...READS, readOnlyHint: false, destructiveHint: true };
