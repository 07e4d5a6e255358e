import { describe, expect, it } from 'vitest';
import {
  assignSlots,
  contrast,
  css,
  hash,
  isRuntime,
  Palette,
  paintOf,
  parseColour,
  type Rgb,
  type ThemeColours,
} from '../../../webview/flame/colours';
import { THEMES, type ThemeName } from '../../pages/harness/themes';

function themeOf(name: ThemeName): ThemeColours {
  const v: Readonly<Record<string, string>> = THEMES[name].variables;
  const bg = parseColour(v['editor-background']!, [0, 0, 0])!;
  const get = (n: string): Rgb => parseColour(v[n]!, bg)!;
  const chart = (n: string): Rgb => get(`charts-${n}`);
  return {
    background: bg,
    foreground: get('foreground'),
    focus: get('focusBorder'),
    blue: chart('blue'),
    green: chart('green'),
    yellow: chart('yellow'),
    orange: chart('orange'),
    red: chart('red'),
    purple: chart('purple'),
    highContrast: name.startsWith('hc'),
  };
}
const rgb = (text: string): Rgb => parseColour(text, [0, 0, 0])!;
const paints = (p: Palette) => [...p.warm, ...p.cool, p.grey, p.mutedStd, p.mutedDependency, p.own, p.hit, ...p.layers];

describe.each(Object.keys(THEMES) as ThemeName[])('colours in %s', (name) => {
  const theme = themeOf(name);
  const palette = new Palette(theme);

  it('keep text at 4.5:1 on every bar', () => {
    for (const p of paints(palette))
      expect(contrast(rgb(p.fill), rgb(p.text)), JSON.stringify(p)).toBeGreaterThanOrEqual(4.5);
  });

  it(
    theme.highContrast ? 'are borders at 3:1, not fills' : 'are fills without borders, told from the background',
    () => {
      for (const p of paints(palette)) {
        if (theme.highContrast) {
          expect(p.fill).toBe(css(theme.background));
          expect(contrast(rgb(p.border!), theme.background)).toBeGreaterThanOrEqual(3);
          expect(p.line).toBeGreaterThanOrEqual(1);
        } else {
          expect(p.border).toBeUndefined();
          expect(contrast(rgb(p.fill), theme.background)).toBeGreaterThan(1.15);
        }
      }
    },
  );

  it('outline the focused frame visibly', () => {
    expect(contrast(rgb(palette.outline), theme.background)).toBeGreaterThanOrEqual(3);
  });
});

describe('colours', () => {
  it('reads what a theme may hold', () => {
    expect(parseColour('#fff', [0, 0, 0])).toEqual([255, 255, 255]);
    expect(parseColour(' #ff000080 ', [0, 0, 0])![0]).toBeCloseTo(128, 0);
    expect(parseColour('rgba(0, 0, 0, 0.5)', [200, 200, 200])).toEqual([100, 100, 100]);
    expect(parseColour('rgb(10 20 30 / 50%)', [10, 20, 30])).toEqual([10, 20, 30]);
    expect(parseColour('color(srgb 1 0.5 0)', [0, 0, 0])).toEqual([255, 127.5, 0]);
    for (const t of ['', 'var(--x)', 'rgb(a, b, c)', '#12345', 'red'])
      expect(parseColour(t, [0, 0, 0])).toBeUndefined();
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
  });

  it('gives the largest packages different slots, and a package its own slot again', () => {
    const list = ['a', 'b', 'c', 'd', 'e'].map((pkg, i) => ({ pkg, origin: 'dependency' as const, value: 10 - i }));
    const slots = assignSlots(list, 2, 5);
    expect(new Set(slots.values()).size).toBe(5);
    expect(slots.get('a'), 'the largest keeps the slot of its hash').toBe(hash('a') % 5);
    expect(assignSlots(list, 2, 5)).toEqual(slots);
    expect(assignSlots([...list, { pkg: 'z', origin: 'dependency', value: 0 }], 2, 5).get('z')).toBe(hash('z') % 5);
  });

  it("keeps warm for one's own, grey for the runtime, and mutes the rest on request", () => {
    const p = new Palette(themeOf('dark'));
    const frame = (pkg: string, origin: 'own' | 'dependency' | 'std' | 'unknown') => ({
      name: '',
      pkg,
      file: '',
      line: 0,
      origin,
    });
    expect(p.warm).toContain(paintOf(frame('x/y', 'own'), 'package', p, new Map()));
    expect(p.cool).toContain(paintOf(frame('k8s.io/client-go/rest', 'dependency'), 'package', p, new Map()));
    expect(paintOf(frame('runtime', 'std'), 'package', p, new Map())).toBe(p.grey);
    expect(paintOf(frame('x/y', 'own'), 'own', p, new Map())).toBe(p.own);
    expect(paintOf(frame('net/http', 'std'), 'own', p, new Map())).toBe(p.mutedStd);
    expect(paintOf(frame('k8s.io/client-go/rest', 'dependency'), 'own', p, new Map())).toBe(p.mutedDependency);
    expect(isRuntime('internal/runtime/maps')).toBe(true);
    expect(isRuntime('runtime/pprof')).toBe(false);
  });
});
