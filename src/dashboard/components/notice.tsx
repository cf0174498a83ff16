// Owns the sentence that says what was done, which goes away by itself.

import { useEffect } from 'preact/hooks';
import { notice } from '../state.ts';
import { plain } from '../words.ts';

const SHOWN_MS = 8_000;

export function Notice() {
  const { value } = notice;
  useEffect(() => {
    if (value === null) return;
    const timer = setTimeout(() => {
      notice.value = null;
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return (
    <div class="notice-place" role="status">
      {value !== null && <p class={value.isBad ? 'notice notice-bad' : 'notice'}>{plain(value.text)}</p>}
    </div>
  );
}
