// Owns the reading of server-sent events from the lines of an answer (WHATWG HTML, 9.2), as far as our daemon sends them.

export interface StreamedEvent {
  /** After which a lost stream is resumed. */
  readonly id: string;
  /** Null where the stream only told the number from which it goes on. */
  readonly data: unknown;
}

/** @returns takes one line after the other, without their ends */
export function eventReader(onEvent: (event: StreamedEvent) => void): (line: string) => void {
  let id = '';
  let data: string | null = null;
  let isNew = false;
  return (line) => {
    if (line !== '') {
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      isNew ||= field === 'id' || field === 'data';
      if (field === 'id') id = value;
      else if (field === 'data') data = data === null ? value : `${data}\n${value}`;
      return;
    }
    const text = data;
    data = null;
    // An empty line after a comment ends nothing.
    if (isNew) onEvent({ id, data: text === null ? null : parsed(text) });
    isNew = false;
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
