/** A node as pprof prints it: `name`, `name file`, `name file:line`. */
import { UNKNOWN } from '../columns';
import type { Nodes } from '../part/nodes';

export function printed({ names, files, lines }: Nodes, id: number): string {
  const name = names[id] ?? '';
  const file = files[id] ?? '';
  const line = lines[id] ?? 0;
  const place = line > 0 ? `${file}:${line}` : file;
  if (place === '' || place === name) return name;
  // pprof has no name for these.
  return name === UNKNOWN ? place : `${name} ${place}`;
}
