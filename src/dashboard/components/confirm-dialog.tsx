// Owns the question before a deed: whom it hits, what is done, and a way back.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Refused } from '../api.ts';
import { dialog, notice } from '../state.ts';
import { refresh } from '../sync.ts';
import { plain } from '../words.ts';

interface ConfirmProps {
  readonly title: string;
  /** What the button says that does it. */
  readonly deed: string;
  readonly isReady?: boolean;
  /** Does it, and says what was done. */
  readonly onConfirm: () => Promise<string>;
  readonly children: ComponentChildren;
}

export function ConfirmDialog({ title, deed, isReady = true, onConfirm, children }: ConfirmProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = (): void => {
    dialog.value = null;
  };
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      notice.value = { text: await onConfirm(), isBad: false };
      close();
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
      refresh();
    }
  };
  return (
    <dialog ref={element} class="dialog" aria-labelledby={titleId} onClose={close}>
      <h2 id={titleId}>{title}</h2>
      <div class="dialog-body">{children}</div>
      {problem !== null && (
        <p class="dialog-problem" role="alert">
          {plain(problem)}
        </p>
      )}
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="button button-danger"
          disabled={!isReady || isBusy}
          onClick={() => void confirm()}
        >
          {isBusy ? 'Working…' : deed}
        </button>
      </div>
    </dialog>
  );
}

/** A refusal with what to do about it. */
export function problemText(error: unknown): string {
  if (error instanceof Refused) return [error.message, error.hint].filter((part) => part !== '').join('. ');
  return error instanceof Error ? error.message : String(error);
}
