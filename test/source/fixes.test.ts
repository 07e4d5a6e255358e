/**
 * Every fix at every version: the result is formatted, vetted and built by Go itself. In two of the programs that it is
 * offered for; with SOURCE_ALL=1 in all of them, which takes Go four minutes for each version.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fixer, type Fixed, type Found } from './lib/fixes';
import { complaints } from './lib/complaints';
import { SLOWNESS } from '../lib/until';
import { missing, VERSIONS, Workspace } from './lib/workspace';
import { CONTROLLERS, type ControllerProgram } from './controllers';
import { SHAPES, usesControllerRuntime } from './shapes';

/** ms: nothing of the version is in Go's cache, on two slow cores. */
const COLD = 900_000 * SLOWNESS;

/** The fix whatever its numbers and names are: `qps-50` and `qps-100` are written the same way. */
const kindOf = (f: Fixed): string =>
  `${f.rule} ${f.fix.replaceAll(/\d+/g, 'N')} ${f.fix === 'all' ? '' : f.title.replaceAll(/[\d.]+|`[^`]*`/g, 'N')}`;

/** Says of each fix whether it is to be compiled. */
function sample(): (f: Fixed) => boolean {
  const seen = new Map<string, number>();
  return (f) => {
    const kind = kindOf(f);
    const before = seen.get(kind) ?? 0;
    seen.set(kind, before + 1);
    return before < 2 || process.env['SOURCE_ALL'] === '1';
  };
}

describe.skipIf(missing !== undefined).each(VERSIONS)('fixes of a program at $name', (version) => {
  const programs = ([...SHAPES, ...CONTROLLERS] as readonly ControllerProgram[]).filter((p) =>
    version.minor === undefined ? !usesControllerRuntime(p) : version.minor >= (p.from ?? 0),
  );
  const workspace = new Workspace(version, 'fixes');
  const found = new Map<string, Found>();
  /** What gofmt, vet and the compiler say, by folder. */
  let said: ReadonlyMap<string, string> = new Map();

  beforeAll(async () => {
    for (const p of programs)
      for (const [file, text] of Object.entries(p.files)) workspace.write(`${p.name}/${file}`, text);
    const fixer = new Fixer(workspace);
    const chosen = sample();
    for (const p of programs) {
      const one = await fixer.look(p.name, p.files);
      found.set(p.name, one);
      for (const fixed of one.fixed.filter(chosen))
        for (const [file, text] of Object.entries(fixed.files)) workspace.write(`${fixed.name}/${file}`, text);
      // The programs themselves are vetted as well: a complaint about a fix is then the fix's.
      for (const [file, text] of Object.entries(p.files))
        workspace.write(`${p.name}/${file}`, text.replace(/^package[ \t]+main\b/m, `package ${p.name}`));
    }
    said = await complaints(workspace);
  }, COLD);
  afterAll(() => {
    workspace.remove();
  });

  it('begins with programs that Go takes', () => {
    expect(programs.filter((p) => said.has(p.name)).map((p) => said.get(p.name))).toEqual([]);
  });

  it.each(programs)('$name', ({ name }) => {
    const one = found.get(name);
    if (one === undefined) throw new Error(`${name} was not looked at`);
    expect(one.problems).toEqual([]);
    const refused = one.fixed
      .filter((f) => said.has(f.name))
      .map(
        (f) =>
          `${f.rule} ${f.fix} (${f.title}) of ${name}:\n${said.get(f.name) ?? ''}\n${Object.entries(f.files)
            .map(([file, text]) => `--- ${file}\n${text}`)
            .join('\n')}`,
      );
    expect(refused.join('\n\n')).toBe('');
  });
});
