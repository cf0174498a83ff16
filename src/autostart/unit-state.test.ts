import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseUnits, spanUs } from './unit-state.ts';

/** As systemd 252 prints it. */
const SHOWN = `WatchdogTimestampMonotonic=1130000000
WatchdogUSec=1min
MainPID=28654
NRestarts=0
Id=styxy.service
LoadState=loaded
ActiveState=active

Id=styxy-check.timer
ActiveState=active
NextElapseUSecMonotonic=14min 52.417123s
Description=a=b
`;

describe('what systemctl shows', () => {
  it('is a block for each unit', () => {
    const units = parseUnits(SHOWN);
    assert.deepEqual([...units.keys()], ['styxy.service', 'styxy-check.timer']);
    assert.equal(units.get('styxy.service')?.MainPID, '28654');
    assert.equal(units.get('styxy-check.timer')?.Description, 'a=b');
    assert.equal(parseUnits('').size, 0);
  });

  it('has spans of time in words', () => {
    for (const [text, us] of [
      ['1min', 60_000_000],
      ['14min 52.5s', 892_500_000],
      ['1d 2h', 93_600_000_000],
      ['500ms', 500_000],
      ['0', null],
      ['infinity', null],
      ['', null],
      [undefined, null],
    ] as const)
      assert.equal(spanUs(text), us);
  });
});
