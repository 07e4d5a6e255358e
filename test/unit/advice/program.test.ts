import { describe, expect, it } from 'vitest';
import { programOf } from '../../../src/advice/program';

describe('what a measurement holds for', () => {
  const module = { path: 'example.com/shop', dir: 'file:///src/shop' };
  it.each([
    ['main.go', 'example.com/shop'],
    ['cmd/main.go', 'example.com/shop'],
    ['internal/controller/order.go', 'example.com/shop'],
    ['cmd/widgets/main.go', 'example.com/shop/cmd/widgets'],
    ['cmd/widgets/app/options.go', 'example.com/shop/cmd/widgets'],
  ])('%s', (file, program) => {
    expect(programOf(module, `${module.dir}/${file}`)).toBe(program);
  });

  it('a manifest stands for itself, and a file without a module for nothing', () => {
    expect(programOf(module, `${module.dir}/config/argocd.yaml`)).toBe('file:///src/shop/config/argocd.yaml');
    expect(programOf({ path: '', dir: '' }, 'file:///src/main.go')).toBe('');
  });
});
