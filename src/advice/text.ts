/** Places in texts, and edits of them. */
import { Problem } from '../base/problem';
import type { Edit, Fix, Span } from './types';

/** Line and column of an offset, both from 1; the column in UTF-16 code units. */
export function position(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

/** Offset of a place as editors count it, from 0; the end of the text for one behind it. */
export function offsetAt(
  text: string,
  { line, character }: { readonly line: number; readonly character: number },
): number {
  let start = 0;
  for (let left = line; left > 0; left--) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(text.length, start + character);
}

/**
 * The text with these edits, which may come in any order. Throws Problem `source.overlap` when two touch the same
 * place.
 */
export function applyEdits(text: string, edits: readonly Pick<Edit, 'start' | 'end' | 'text'>[]): string {
  const sorted = edits
    .map((edit, i) => ({ edit, i }))
    .sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end || a.i - b.i);
  let out = '';
  let done = 0;
  for (const { edit } of sorted) {
    if (edit.start < done || edit.end < edit.start || edit.end > text.length)
      throw new Problem('source.overlap', 'Two edits of this fix touch the same place.', {
        next: 'Apply one, then look again.',
      });
    out += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return out + text.slice(done);
}

/** The files that a fix edits, its finding's own under its path. */
export function editsByFile(fix: Pick<Fix, 'edits'>, own: string): Map<string, Edit[]> {
  const files = new Map<string, Edit[]>();
  for (const edit of fix.edits) {
    const path = edit.file ?? own;
    const list = files.get(path);
    if (list === undefined) files.set(path, [edit]);
    else list.push(edit);
  }
  return files;
}

/** True when the two share a character, or both are the same empty place. */
export function touches(a: Span, b: Span): boolean {
  return (a.start < b.end && b.start < a.end) || (a.start === b.start && a.end === b.end);
}

/** What ends the lines of this text: that of its first line. */
export function lineEnd(text: string): '\r\n' | '\n' {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** The white space that the line with this offset begins with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}

/** Offset of the start of the line with this offset. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}
