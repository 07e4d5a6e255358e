/** The edits from one text to another, line by line. */
import type { Edit } from './types';

/** Above so many pairs of lines the differing middle is replaced as a whole: 4 million take some 20 ms. */
const MOST_PAIRS = 4_000_000;

/** Apart from each other and in order. */
export function lineEdits(before: string, after: string): Edit[] {
  const a = lines(before);
  const b = lines(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  let offset = 0;
  for (let i = 0; i < head; i++) offset += a[i]?.length ?? 0;
  if (x.length * y.length > MOST_PAIRS) return [{ start: offset, end: offset + x.join('').length, text: y.join('') }];
  const same = common(x, y);
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  for (const [p, q] of [...same, [x.length, y.length] as const]) {
    const gone = x.slice(i, p).join('');
    const come = y.slice(j, q).join('');
    if (gone !== '' || come !== '') edits.push({ start: offset, end: offset + gone.length, text: come });
    offset += gone.length + (x[p]?.length ?? 0);
    [i, j] = [p + 1, q + 1];
  }
  return edits;
}

/** With their ends. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Pairs of the longest common subsequence. */
export function common(x: readonly string[], y: readonly string[]): [number, number][] {
  const width = y.length + 1;
  const longest = new Uint32Array((x.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = y.length - 1; j >= 0; j--)
      longest[i * width + j] = x[i] === y[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < x.length && j < y.length;) {
    if (x[i] === y[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
