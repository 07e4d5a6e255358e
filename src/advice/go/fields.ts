/** Adds fields to a composite literal so that gofmt has nothing to say. */
import type { Edit, Span } from '../types';
import { indentAt, lineEnd, lineStart } from '../text';
import type { GoFile, Literal } from './file';
import { all, parts, type Node } from './grammar';

/** A field to add; `stops` are relative to the start of `value`. */
export interface NewField {
  readonly name: string;
  readonly value: string;
  readonly stops?: readonly Span[];
}

/**
 * gofmt lines up keys up to this length whatever their neighbours' are; longer ones by a rule of their own (go/printer,
 * exprList: smallSize).
 */
const SMALL = 40;

/**
 * The edits that add these fields behind the last one, lined up with the lines above. Values have to be of one line.
 * Undefined for a literal without keys, one that has a field already, or one whose lines or columns can't be told.
 */
export function addFields(file: GoFile, literal: Literal, fields: readonly NewField[]): Edit[] | undefined {
  const { text } = file;
  const { body } = literal;
  const elements = parts(body);
  if (
    elements.some((e) => e.type !== 'keyed_element') ||
    fields.some((f) => literal.fields.has(f.name)) ||
    [...literal.fields.keys()].some((k) => k.length > SMALL) ||
    body.hasError
  )
    return undefined;
  const last = elements.at(-1);
  const close = body.endIndex - 1;
  if (last === undefined) {
    // Comments alone in the braces keep their lines.
    if (all(body, 'comment').length > 0) {
      const start = lineStart(text, close);
      if (text.slice(start, close).trim() !== '') return undefined;
      const width = Math.max(...fields.map((f) => f.name.length));
      return [lines(start, fields, `${indentAt(text, close)}\t`, fields.length > 1 ? width : 0, '', lineEnd(text))];
    }
    return [{ ...inline(body.startIndex + 1, fields, ''), end: close }];
  }
  const after = text.slice(last.endIndex, close);
  if (!after.includes('\n')) return [inline(last.endIndex, fields, ', ')];
  const comma = text.indexOf(',', last.endIndex);
  const newline = text.indexOf('\n', comma);
  if (
    comma < 0 ||
    newline < 0 ||
    newline > close ||
    !/^[ \t]*$/.test(text.slice(last.endIndex, comma)) ||
    !/^[ \t]*(\/\/.*|\/\*.*\*\/[ \t]*)?\r?$/.test(text.slice(comma + 1, newline))
  )
    return undefined;
  const group = lastGroup(text, elements);
  const longest = Math.max(...group.map((e) => e.key), 0);
  const width = Math.max(longest, ...fields.map((f) => f.name.length));
  const single = group.length + fields.length === 1;
  const indent = startsLine(text, last) ? indentAt(text, last.startIndex) : `${indentAt(text, close)}\t`;
  const at = newline - (text[newline - 1] === '\r' ? 1 : 0);
  const edits: Edit[] = [lines(at, fields, indent, single ? 0 : width, lineEnd(text), '')];
  // A longer key moves the values above it.
  if (width > longest)
    for (const e of group) edits.push({ start: e.gap.start, end: e.gap.end, text: ' '.repeat(width - e.key + 1) });
  return edits.filter((e) => e.text !== text.slice(e.start, e.end));
}

interface Aligned {
  readonly key: number;
  /** Between the colon and the value. */
  readonly gap: Span;
}

/** The elements at the end that gofmt lines up: one a line, each a single line, nothing between them. */
function lastGroup(text: string, elements: readonly Node[]): Aligned[] {
  const group: Aligned[] = [];
  let below: number | undefined;
  for (const e of [...elements].reverse()) {
    const row = e.startPosition.row;
    if (e.endPosition.row !== row || !startsLine(text, e) || (below !== undefined && below !== row + 1)) break;
    const [key, value] = parts(e);
    if (key === undefined || value === undefined) break;
    group.unshift({
      key: key.endIndex - key.startIndex,
      gap: { start: text.indexOf(':', key.endIndex) + 1, end: value.startIndex },
    });
    below = row;
  }
  return group;
}

function startsLine(text: string, node: Node): boolean {
  return text.slice(lineStart(text, node.startIndex), node.startIndex).trim() === '';
}

/** `width`: of the longest key of the group; 0: it stands alone. */
function lines(
  at: number,
  fields: readonly NewField[],
  indent: string,
  width: number,
  before: string,
  after: string,
): Edit {
  return put(
    at,
    fields,
    (f) => `${before}${indent}${f.name}:${' '.repeat(Math.max(width - f.name.length, 0) + 1)}`,
    `,${after}`,
  );
}

function inline(at: number, fields: readonly NewField[], before: string): Edit {
  return put(at, fields, (f, i) => `${i === 0 ? before : ', '}${f.name}: `, '');
}

function put(at: number, fields: readonly NewField[], head: (f: NewField, i: number) => string, tail: string): Edit {
  let text = '';
  const stops: Span[] = [];
  for (const [i, f] of fields.entries()) {
    text += head(f, i);
    for (const s of f.stops ?? []) stops.push({ start: text.length + s.start, end: text.length + s.end });
    text += f.value + tail;
  }
  return { start: at, end: at, text, ...(stops.length > 0 && { stops }) };
}
