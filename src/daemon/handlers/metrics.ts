// Owns the handler of the metrics.

import type { Handler } from '../context.ts';
import { metricsText, sampleAll } from '../metrics.ts';

export const metrics: Handler<'metrics'> = async (context, _input, reply) => {
  const { type, text } = await metricsText(await sampleAll(context));
  return reply.header('content-type', type).header('cache-control', 'no-store').send(text);
};
