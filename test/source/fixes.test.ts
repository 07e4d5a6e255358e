/** Every fix, in every program that it is offered for, at every version: the result is formatted, vetted and built by Go itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fixer, type Found } from './lib/fixes';
import { complaints } from './lib/complaints';
import { missing, VERSIONS, Workspace } from './lib/workspace';
import { CONTROLLERS, type ControllerProgram } from './controllers';
import { SHAPES, usesControllerRuntime } from './shapes';

/** ms: nothing of the version is in Go's cache, on two slow cores. */
const COLD = 900_000;

describe.skipIf(missing !== undefined).each(VERSIONS)('fixes of a program at $name', (version) => {
  const programs = ([...SHAPES, ...CONTROLLERS] as readonly ControllerProgram[]).filter((p) => (version.minor === undefined ? !usesControllerRuntime(p) : version.minor >= (p.from ?? 0)));
  const workspace = new Workspace(version, 'fixes');
  const found = new Map<string, Found>();
  /** What gofmt, vet and the compiler say, by folder. */
  let said: ReadonlyMap<string, string> = new Map();

  beforeAll(async () => {
    for (const p of programs) for (const [file, text] of Object.entries(p.files)) workspace.write(`${p.name}/${file}`, text);
    const fixer = new Fixer(workspace);
    for (const p of programs) {
      const one = await fixer.look(p.name, p.files);
      found.set(p.name, one);
      for (const fixed of one.fixed) for (const [file, text] of Object.entries(fixed.files)) workspace.write(`${fixed.name}/${file}`, text);
      // The programs themselves are vetted as well: a complaint about a fix is then the fix's.
      for (const [file, text] of Object.entries(p.files)) workspace.write(`${p.name}/${file}`, text.replace(/^package[ \t]+main\b/m, `package ${p.name}`));
    }
    said = await complaints(workspace);
  }, COLD);
  afterAll(() => { workspace.remove(); });

  it('begins with programs that Go takes', () => {
    expect(programs.filter((p) => said.has(p.name)).map((p) => said.get(p.name))).toEqual([]);
  });

  it.each(programs)('$name', ({ name }) => {
    const one = found.get(name);
    if (one === undefined) throw new Error(`${name} was not looked at`);
    expect(one.problems).toEqual([]);
    const refused = one.fixed.filter((f) => said.has(f.name)).map((f) => `${f.rule} ${f.fix} (${f.title}) of ${name}:\n${said.get(f.name) ?? ''}\n${Object.entries(f.files).map(([file, text]) => `--- ${file}\n${text}`).join('\n')}`);
    expect(refused.join('\n\n')).toBe('');
  });
});
