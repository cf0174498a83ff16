// Owns the yardstick: a Fastify application, written the ordinary way, that takes and returns the same JSON and does nothing.

import Fastify from 'fastify';

const body = {
  type: 'object',
  required: ['service_type'],
  additionalProperties: false,
  properties: {
    service_type: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,49}$' },
    service_name: { type: 'string', maxLength: 100 },
    project_path: { type: 'string', maxLength: 4096 },
    instance_id: { type: 'string', maxLength: 100 },
    ttl_seconds: { type: 'integer', minimum: 1 },
  },
};

const text = { type: 'string' };
const integer = { type: 'integer' };
const nullableText = { type: ['string', 'null'] };

const granted = {
  type: 'object',
  properties: {
    success: { type: 'boolean' },
    lock_id: text,
    port: integer,
    ports: { type: 'array', items: integer },
    protocol: text,
    service_type: text,
    service_name: nullableText,
    instance_id: nullableText,
    project_path: nullableText,
    pid: { type: ['integer', 'null'] },
    state: text,
    orphan: { type: 'boolean' },
    fence: integer,
    allocated_at: text,
    expires_at: nullableText,
    singleton: { type: 'boolean' },
    url: nullableText,
    existing: { type: 'boolean' },
    message: text,
  },
};

const released = {
  type: 'object',
  properties: { success: { type: 'boolean' }, lock_id: text, port: integer, message: text },
};

const checked = {
  type: 'object',
  properties: {
    port: integer,
    protocol: text,
    available: { type: 'boolean' },
    allocated_to: { type: 'null' },
    system_usage: { type: 'null' },
    service_type: nullableText,
    suggestion: text,
  },
};

const GRANT = {
  success: true,
  lock_id: '0123456789abcdef0123456789abcdef',
  port: 3000,
  ports: [3000],
  protocol: 'tcp',
  service_type: 'dev',
  service_name: '@acme/storefront-0/service-0',
  instance_id: null,
  project_path: '/home/developer/work/checkouts/storefront-0',
  pid: null,
  state: 'reserved',
  orphan: false,
  fence: 1,
  allocated_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-01T01:00:00.000Z',
  singleton: false,
  url: 'http://localhost:3000',
  existing: false,
  message: 'Port 3000 is yours until the lease ends',
};

const app = Fastify();
app.post('/allocate', { schema: { body, response: { 201: granted } } }, (_request, reply) => {
  reply.code(201);
  return Promise.resolve(GRANT);
});
app.delete<{ Params: { lock_id: string } }>(
  '/allocate/:lock_id',
  { schema: { response: { 200: released } } },
  (request) =>
    Promise.resolve({
      success: true,
      lock_id: request.params.lock_id,
      port: 3000,
      message: 'Port 3000 released',
    }),
);
app.get<{ Params: { port: number }; Querystring: { protocol?: string } }>(
  '/check/:port',
  {
    schema: {
      params: { type: 'object', properties: { port: { type: 'integer', minimum: 1, maximum: 65_535 } } },
      querystring: { type: 'object', properties: { protocol: { type: 'string', enum: ['tcp', 'udp'] } } },
      response: { 200: checked },
    },
  },
  ({ params, query }) =>
    Promise.resolve({
      port: params.port,
      protocol: query.protocol ?? 'tcp',
      available: true,
      allocated_to: null,
      system_usage: null,
      service_type: 'bulk',
      suggestion: 'Port 31990 is free; run `styxy allocate -s bulk -p 31990 --exact` to lease it.',
    }),
);

app.listen({ path: process.argv[2] ?? '' }).then(() => process.send?.('ready'));
process.on('disconnect', () => process.exit(0));
