import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectSlug } from './slug.ts';

describe('the slug of a checkout', () => {
  for (const [path, name] of [
    ['/work/shop', 'shop'],
    ['/work/Shop.Fix-UI', 'shop_fix_ui'],
    ['/work/2024-report', 'p_2024_report'],
    ['/work/münchen', 'm_nchen'],
    ['/work/日本', 'p'],
    ['/', 'p'],
    ['C:\\work\\shop', 'shop'],
    [`/work/${'a'.repeat(30)}-b`, 'a'.repeat(30)],
  ] as const) {
    it(`of ${path} needs no quotes anywhere`, () => {
      const slug = projectSlug(path);
      assert.match(slug, /^[a-z][a-z0-9_]{0,30}_[0-9a-f]{8}$/);
      assert.equal(slug.slice(0, -9), name);
    });
  }

  it('is another one for another checkout of the same name', () => {
    assert.notEqual(projectSlug('/a/shop'), projectSlug('/b/shop'));
    assert.equal(projectSlug('/a/shop'), projectSlug('/a/shop'));
  });
});
