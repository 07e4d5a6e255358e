import { describe, expect, it } from 'vitest';
import { clientsOf } from '../../../src/advice/clients/index';
import { grammar, moduleWith, packageOf } from './harness';
import { SHAPES } from './shapes';

describe('the limit that a client gets', () => {
  it('is told of at least 60 shapes', () => {
    expect(SHAPES.length).toBeGreaterThanOrEqual(60);
    expect(new Set(SHAPES.map((s) => s.name)).size).toBe(SHAPES.length);
  });

  it.each(SHAPES)('$name', ({ text, needs, expected }) => {
    expect(grammar().accepts(text)).toBe(true);
    const { configs } = clientsOf(
      packageOf({ 'main.go': text }),
      moduleWith(needs === undefined ? {} : { controllerRuntime: needs }),
    );
    const uses = configs.flatMap((c) => c.uses);
    expect(uses.length).toBeGreaterThan(0);
    const { qps, burst } = uses[0]?.effective ?? {};
    expect({ qps, burst }).toEqual(expected);
  });
});
