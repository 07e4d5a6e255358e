import { describe, expect, it } from 'vitest';
import { runStages } from '../../../scripts/lib/schedule.mjs';

interface Stage { readonly name: string; readonly needs?: readonly string[]; readonly uses?: readonly string[]; readonly alone?: boolean }

/** Stages that end when they are told to; what runs and what was told meanwhile. */
function started(stages: readonly Stage[], atOnce = 2) {
  const ends = new Map<string, (error?: Error) => void>();
  const told: string[] = [];
  const whole = runStages(stages, {
    atOnce,
    run: ({ name }) => new Promise<string>((resolve, reject) => { ends.set(name, (error) => { ends.delete(name); if (error) reject(error); else resolve(`${name} ran`); }); }),
    tell: (_stage, result) => { told.push(result); },
  });
  const settle = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 0); });
  return {
    told, whole, settle,
    runs: (): string[] => [...ends.keys()],
    end: async (name: string, error?: Error): Promise<void> => { ends.get(name)?.(error); await settle(); },
  };
}

describe('stages', () => {
  it('run two at a time and are told of in their order', async () => {
    const s = started([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    expect(s.runs()).toEqual(['a', 'b']);
    await s.end('b');
    expect([s.runs(), s.told]).toEqual([['a', 'c'], []]);
    await s.end('a');
    expect(s.told).toEqual(['a ran', 'b ran']);
    await s.end('c');
    await s.whole;
    expect(s.told).toEqual(['a ran', 'b ran', 'c ran']);
  });

  it('wait for those that they need, while later ones begin', async () => {
    const s = started([{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c' }]);
    expect(s.runs()).toEqual(['a', 'c']);
    await s.end('a');
    expect(s.runs()).toEqual(['c', 'b']);
  });

  it('need what was not asked for no longer', () => {
    expect(started([{ name: 'b', needs: ['a'] }]).runs()).toEqual(['b']);
  });

  it('that use the same run one after the other', async () => {
    const s = started([{ name: 'a', uses: ['x', 'y'] }, { name: 'b', uses: ['y'] }, { name: 'c', uses: ['z'] }]);
    expect(s.runs()).toEqual(['a', 'c']);
    await s.end('a');
    expect(s.runs()).toEqual(['c', 'b']);
  });

  it('that stand alone have nothing beside them, and nothing gets ahead of them', async () => {
    const s = started([{ name: 'a' }, { name: 'b', alone: true }, { name: 'c' }]);
    expect(s.runs()).toEqual(['a']);
    await s.end('a');
    expect(s.runs()).toEqual(['b']);
    await s.end('b');
    expect(s.runs()).toEqual(['c']);
  });

  it('end with the first error', async () => {
    const s = started([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const failed = expect(s.whole).rejects.toThrow('broken');
    await s.end('a', new Error('broken'));
    await failed;
    expect(s.runs()).toEqual(['b']);
  });
});
