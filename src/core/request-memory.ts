// Owns the memory of request ids: the same id gets the first answer again, and another body under it is a mistake.

import type { Catalogue } from './catalogue.ts';
import type { DurableChange, RememberedAnswer } from './change.ts';
import type { AllocateCommand, AllocateRequest, Decision, Moment } from './command.ts';
import { refusal } from './refusal.ts';
import type { AllocateReply } from './reply.ts';
import type { StateView } from './state.ts';

/** What a body says, defaults filled in, as one text: equal texts are equal requests. */
export function fingerprint(request: AllocateRequest, catalogue: Pick<Catalogue, 'defaultTtlMs'>): string {
  const { process: _process, linkedWorktree: _linked, ...said } = request;
  return JSON.stringify({ ...said, ttlMs: said.ttlMs ?? catalogue.defaultTtlMs });
}

/** The first answer to the command's request id, or null when it is new or was answered too long ago. */
export function remembered(
  state: StateView,
  command: AllocateCommand,
  catalogue: Pick<Catalogue, 'defaultTtlMs' | 'requestRetentionMs'>,
  moment: Moment,
): Decision<AllocateReply> | null {
  if (command.requestId === null) return null;
  const memory = state.request(command.requestId);
  if (memory === undefined || moment.now - memory.answeredAt >= catalogue.requestRetentionMs) return null;
  if (memory.fingerprint !== fingerprint(command.request, catalogue)) {
    const detail = 'request_id was used before with another body';
    const hint =
      'Use a new request_id for a new request; repeat the same body to get the first answer again.';
    return {
      kind: 'refuse',
      refusal: refusal('INVALID_REQUEST', detail, hint, { field: 'request_id' }),
      changes: [],
    };
  }
  const { answer } = memory;
  return answer.kind === 'refusal'
    ? { kind: 'refuse', refusal: answer.refusal, changes: [] }
    : { kind: 'answer', reply: answer.reply as AllocateReply, changes: [] };
}

export function requestChange(
  state: StateView,
  requestId: string,
  print: string,
  answer: RememberedAnswer,
  moment: Moment,
): DurableChange {
  const before = state.request(requestId) ?? null;
  return {
    table: 'request',
    id: requestId,
    before,
    after: { fingerprint: print, answeredAt: moment.now, answer },
  };
}
