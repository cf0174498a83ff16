// Owns the little of XML that the files of launchd and of the Task Scheduler need: elements with text, escaped.

/** An element with what stands in it, one below the other; text stands in one line with its tags. */
export interface Element {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string | readonly Element[];
}

export function element(
  name: string,
  content: Element['content'],
  attributes: Element['attributes'] = {},
): Element {
  return { name, attributes, content };
}

/** The text of an element and all below it, indented, without a line end behind it. */
export function render({ name, attributes = {}, content }: Element, depth = 0): string {
  const indent = '  '.repeat(depth);
  const open = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeText(value)}"`),
  ].join(' ');
  if (typeof content === 'string')
    return content === '' ? `${indent}<${open}/>` : `${indent}<${open}>${escapeText(content)}</${name}>`;
  return [
    `${indent}<${open}>`,
    ...content.map((each) => render(each, depth + 1)),
    `${indent}</${name}>`,
  ].join('\n');
}

/** Text for an element or an attribute. What XML 1.0 cannot hold at all is replaced. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\t\n\r]/g, (each) => `&#${each.charCodeAt(0)};`);
}
