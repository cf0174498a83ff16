import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changedPaths } from './changed-paths.ts';
import { shippedConfig } from './config-schema.ts';

describe('the difference of two configurations', () => {
  it('is nothing between equals, and the path of each value that is another', () => {
    const shipped = shippedConfig();
    assert.deepEqual(changedPaths(shipped, shippedConfig()), []);
    const { dev, ...types } = shipped.service_types;
    const grpc = { ...dev, range: [12_000, 12_049] };
    const changed = {
      ...shipped,
      terms: { ...shipped.terms, lease_ttl_seconds: 7 },
      service_types: { ...types, grpc, api: { ...types.api, preferred_ports: [8001] } },
    };
    assert.deepEqual(changedPaths(shipped, changed).sort(), [
      'service_types.api.preferred_ports',
      'service_types.dev',
      'service_types.grpc',
      'terms.lease_ttl_seconds',
    ]);
  });
});
