import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dnsLabel, hostName, projectLabel } from './host-name.ts';

const alone = { labelOf: projectLabel };

describe('the host name of a lease', () => {
  it('is made of service and project', () => {
    const cases: readonly [string | null, string | null, string][] = [
      ['/src/fix-ui', 'web', 'web.fix-ui.localhost'],
      ['/src/fix-ui', null, 'fix-ui.localhost'],
      ['/src/Fix UI/', '@acme/web', 'acme-web.fix-ui.localhost'],
      ['C:\\src\\shop', 'apps/api', 'apps-api.shop.localhost'],
      ['/', 'web', 'web.811c9dc5.localhost'],
      [null, 'web', 'localhost'],
    ];
    for (const [project, service, expected] of cases) {
      assert.equal(hostName(alone, project, service), expected, `${project} ${service}`);
    }
  });

  it('has labels that the name system allows, whatever the text', () => {
    for (const text of [
      'проект',
      '---',
      '',
      'a'.repeat(200),
      `${'b'.repeat(54)}-${'c'.repeat(20)}`,
      '_x_',
      '..',
    ]) {
      const label = dnsLabel(text);
      assert.match(label, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, JSON.stringify(text));
    }
    assert.notEqual(dnsLabel(`${'a'.repeat(70)}1`), dnsLabel(`${'a'.repeat(70)}2`));
  });
});
