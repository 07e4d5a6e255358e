/**
 * The nodes of trees and tables: functions by name, files, lines, … Each gets an id when it first occurs and keeps it
 * for as long as the file is open, so that the user's selection is found again after any change of the part.
 */
import { UNKNOWN, type Columns } from '../columns';
import { packageOf } from '../names';
import type { Granularity } from '../answers';

/** The line of a node that has many lines. */
export const WHOLE = -1;

export class Nodes {
  readonly names: string[] = [];
  readonly files: string[] = [];
  /** Line number of nodes that are lines, 0 where the file has none; WHOLE for all others. */
  readonly lines: number[] = [];
  /** Id of the node's function, by its name; for a file or package, the node's own id. */
  readonly functionOf: number[] = [];
  readonly #ids = new Map<string, number>();
  readonly #byLine = new WeakMap<Columns, Map<Granularity, Uint32Array>>();

  get count(): number {
    return this.names.length;
  }

  /** The node of each line of the columns. */
  of(columns: Columns, granularity: Granularity): Uint32Array {
    let known = this.#byLine.get(columns);
    if (!known) this.#byLine.set(columns, (known = new Map<Granularity, Uint32Array>()));
    let ids = known.get(granularity);
    if (!ids) known.set(granularity, (ids = this.#make(columns, granularity)));
    return ids;
  }

  /** The function of this name, if there is one. */
  named(name: string): number | undefined {
    return this.#ids.get(name);
  }

  #make({ lineFn, lineNo, lineAt, locAddress, fnName, fnFile }: Columns, granularity: Granularity): Uint32Array {
    const ids = new Uint32Array(lineFn.length);
    if (granularity !== 'lines' && granularity !== 'addresses') {
      const ofFn = Uint32Array.from(fnName, (name, f) => this.#forFunction(name, fnFile[f] ?? '', granularity));
      for (let k = 0; k < ids.length; k++) ids[k] = ofFn[lineFn[k] as number] as number;
      return ids;
    }
    for (let l = 0; l < locAddress.length; l++) {
      for (let k = lineAt[l] as number; k < (lineAt[l + 1] as number); k++) {
        const f = lineFn[k] as number;
        const name = fnName[f] ?? '';
        const file = fnFile[f] ?? '';
        const no = lineNo[k] as number;
        const at = locAddress[l] as bigint;
        const address = granularity === 'addresses' && at !== 0n ? at.toString(16) : '';
        ids[k] = this.#id(
          `${name}\n${file}\n${no}\n${address}`,
          address === '' ? name : `${address.padStart(16, '0')} ${name}`,
          file,
          no,
          name,
        );
      }
    }
    return ids;
  }

  #forFunction(name: string, file: string, granularity: Granularity): number {
    switch (granularity) {
      case 'filefunctions':
        return this.#id(`${name}\n${file}`, name, file, WHOLE, name);
      // As in pprof, a function without a file is unknown, except for the binary's name, which stands for a location
      // without a function.
      case 'files':
        return file === ''
          ? this.#function(name.startsWith('[') ? name : UNKNOWN)
          : this.#id(`\n${file}`, file, file, WHOLE);
      case 'packages': {
        const pkg = packageOf(name);
        return pkg === '' ? this.#function(name) : this.#id(`\n\n${pkg}`, pkg, '', WHOLE);
      }
      default:
        return this.#function(name);
    }
  }

  #function(name: string): number {
    return this.#id(name, name, '', WHOLE);
  }

  /** `of`: name of the function that this is a part of. */
  #id(key: string, name: string, file: string, line: number, of?: string): number {
    let id = this.#ids.get(key);
    if (id !== undefined) return id;
    this.#ids.set(key, (id = this.names.length));
    this.names.push(name);
    this.files.push(file);
    this.lines.push(line);
    this.functionOf.push(id);
    if (of !== undefined && of !== key) this.functionOf[id] = this.#function(of);
    return id;
  }
}
