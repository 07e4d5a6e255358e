import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../src/base/problem';

describe('a problem', () => {
  it('of another bundle keeps its code, next step and status', async () => {
    vi.resetModules();
    const other = (await import('../../../src/base/problem')).Problem;
    expect(other).not.toBe(Problem);
    const p = new other('kube.forbidden', 'You may not list pods.', { next: 'Ask for the rule.', status: 403 });
    expect(p).toBeInstanceOf(Problem);
    expect(Problem.from(p, 'x')).toBe(p);
    expect(Problem.fromJSON(p.toJSON()).sentence).toBe('You may not list pods. Ask for the rule.');
  });

  it('is not just any error', () => {
    expect(new Error('x')).not.toBeInstanceOf(Problem);
    expect({ name: 'Problem', code: 'x', options: {} }).not.toBeInstanceOf(Problem);
    expect(Problem.from(new Error('x'), 'y')).toMatchObject({ code: 'y', message: 'x' });
  });
});
