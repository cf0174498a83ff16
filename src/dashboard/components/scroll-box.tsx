// Owns a part that scrolls by itself, also by keys.

import type { ComponentChildren } from 'preact';

export function ScrollBox({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys
    <section class="scroll-box" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
