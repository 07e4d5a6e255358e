/** A profile's answers as what is asked of each of its files: functions with their lines. */
import type { LineTable, TopTable } from '../profile/types';
import type { FileValues, FunctionValues, Value } from './place';
import type { ProfileFile } from './roots';

/** By the file's path in the profile. */
export function valuesOf(
  top: Pick<TopTable, 'names' | 'flat' | 'cum'>,
  table: LineTable,
): ReadonlyMap<string, FileValues> {
  const functions = new Map(top.names.map((name, i) => [name, i]));
  const files = table.files.map(() => ({
    functions: new Map<string, FunctionValues & { lines: number[]; inlined: boolean }>(),
    lines: new Map<number, Value>(),
  }));
  for (let i = 0; i < table.line.length; i++) {
    const name = table.names[table.name[i] ?? 0] ?? '';
    const of = files[table.file[i] ?? 0];
    const row = functions.get(name);
    if (!of || row === undefined) continue;
    let f = of.functions.get(name);
    if (!f)
      of.functions.set(
        name,
        (f = {
          name,
          start: table.start[i] ?? 0,
          inlined: true,
          lines: [],
          flat: top.flat[row] ?? 0,
          cum: top.cum[row] ?? 0,
        }),
      );
    f.lines.push(table.line[i] ?? 0);
    if (table.inlined[i] !== 1) f.inlined = false;
  }
  const { byLine } = table;
  for (let i = 0; i < byLine.line.length; i++)
    files[byLine.file[i] ?? 0]?.lines.set(byLine.line[i] ?? 0, { flat: byLine.flat[i] ?? 0, cum: byLine.cum[i] ?? 0 });
  return new Map(files.map((f, i) => [table.files[i] ?? '', { functions: [...f.functions.values()], lines: f.lines }]));
}

/** All files that the profile names, with a line of each function: the one in which most of its value passes. */
export function filesOf(table: LineTable): readonly ProfileFile[] {
  const files = table.files.map((file) => ({
    file,
    names: [] as string[],
    lines: [] as number[],
    most: [] as number[],
  }));
  for (let i = 0; i < table.line.length; i++) {
    const of = files[table.file[i] ?? 0];
    const name = table.names[table.name[i] ?? 0] ?? '';
    if (!of) continue;
    const at = of.names.lastIndexOf(name);
    const weight = Math.abs(table.cum[i] ?? 0);
    if (at < 0) {
      of.names.push(name);
      of.lines.push(table.line[i] ?? 0);
      of.most.push(weight);
    } else if (weight > (of.most[at] ?? 0)) {
      of.lines[at] = table.line[i] ?? 0;
      of.most[at] = weight;
    }
  }
  return files.map(({ file, names, lines }) => ({ file, names, lines }));
}
