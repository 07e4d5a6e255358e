/** Fields put into a composite literal, aligned as gofmt would. */
import { parts, type Node } from '../../go/grammar';
import type { GoFile, Literal } from '../../go/file';
import { indentAt, lineEnd } from '../../text';
import type { Edit, Span } from '../../types';

export interface NewField {
  readonly name: string;
  readonly text: string;
  readonly stops: readonly Span[];
}

/** Undefined for a literal whose fields have no keys, or one that is laid out in a way that can't be kept. */
export function addFields(file: GoFile, literal: Literal, fields: readonly NewField[]): Edit[] | undefined {
  const { body } = literal;
  const elements = parts(body);
  if (elements.some((e) => e.type !== 'keyed_element')) return undefined;
  const last = elements.at(-1);
  const { text } = file;
  const single = !text.slice(body.startIndex, body.endIndex).includes('\n');
  if (last === undefined || single) {
    if (!single) return undefined;
    const at = last?.endIndex ?? body.startIndex + 1;
    return [
      inserted(
        at,
        fields,
        (f, i) => `${last !== undefined || i > 0 ? ', ' : ''}${f.name}: `,
        () => '',
      ),
    ];
  }
  const close = body.endIndex - 1;
  const tail = text.slice(last.endIndex, close);
  // `key: value,` and then the bracket on a line of its own; a comment behind the value keeps its place.
  const match = /^,([ \t]*\/\/[^\n]*)?\r?\n[ \t]*$/.exec(tail);
  if (match === null) return undefined;
  const section = sectionOf(file, elements);
  const indent = indentAt(text, last.startIndex);
  const end = lineEnd(text);
  const at = last.endIndex + 1 + (match[1]?.length ?? 0);
  if (section === undefined)
    return [
      inserted(
        at,
        fields,
        (f, i) =>
          `${i === 0 ? end : ''}${end}${indent}${f.name}:${' '.repeat(1 + width(fields.map((g) => g.name)) - f.name.length)}`,
        () => ',',
      ),
    ];
  const wide = Math.max(width(section.map((e) => parts(e)[0]?.text ?? '')), width(fields.map((f) => f.name)));
  const edits: Edit[] = [];
  for (const element of section) {
    const [key, value] = parts(element);
    if (key === undefined || value === undefined) return undefined;
    const gap = text.slice(key.endIndex, value.startIndex);
    const wanted = `:${' '.repeat(1 + wide - key.text.length)}`;
    if (gap !== wanted) edits.push({ start: key.endIndex, end: value.startIndex, text: wanted });
  }
  return [
    ...edits,
    inserted(
      at,
      fields,
      (f) => `${end}${indent}${f.name}:${' '.repeat(1 + wide - f.name.length)}`,
      () => ',',
    ),
  ];
}

const width = (names: readonly string[]): number => Math.max(...names.map((n) => n.length));

function inserted(
  at: number,
  fields: readonly NewField[],
  head: (f: NewField, i: number) => string,
  tail: () => string,
): Edit {
  let text = '';
  const stops: Span[] = [];
  fields.forEach((f, i) => {
    text += head(f, i);
    for (const s of f.stops) stops.push({ start: text.length + s.start, end: text.length + s.end });
    text += f.text + tail();
  });
  return { start: at, end: at, text, ...(stops.length > 0 && { stops }) };
}

/**
 * The elements at the end whose values gofmt aligns with those of what follows: one a line, nothing between the lines.
 * Undefined when the last of them is not one of these (a value over several lines, a comment at the end of a line):
 * what is added then stands apart behind a blank line.
 */
function sectionOf(file: GoFile, elements: readonly Node[]): Node[] | undefined {
  const out: Node[] = [];
  for (let i = elements.length - 1; i >= 0; i--) {
    const e = elements[i];
    if (e === undefined || e.text.includes('\n')) break;
    const [key] = parts(e);
    const line = file.text.slice(e.endIndex, file.text.indexOf('\n', e.endIndex));
    if (key === undefined || key.text.length > 40 || !/^,[ \t]*\r?$/.test(line)) return undefined;
    out.unshift(e);
    const before = elements[i - 1];
    if (before !== undefined && !/^,[ \t]*\r?\n[ \t]*$/.test(file.text.slice(before.endIndex, e.startIndex))) {
      if (
        !file.text.slice(before.endIndex, e.startIndex).includes('\n') ||
        file.text.slice(before.endIndex, e.startIndex).includes('//')
      )
        return undefined;
      break;
    }
  }
  return out.length === 0 ? undefined : out;
}
