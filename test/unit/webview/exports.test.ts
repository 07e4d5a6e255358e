import { describe, expect, it } from 'vitest';
import { CHANGE_STEPS, changeStep, Palette, type ThemeColours } from '../../../webview/flame/colours';
import { Model } from '../../../webview/flame/model';
import { colourOf } from '../../../webview/flame/state';
import { svg } from '../../../webview/flame/svg';
import { comment, csv, markdown, type TextTable } from '../../../webview/flame/tabletext';
import { treeOf } from './tree';

const table: TextTable = {
  head: ['flat', 'name'],
  numbers: [true, false],
  rows: [
    ['-1.50s', 'a.(*T[x,"y"]).F'],
    ['3', '=cmd()|a_b'],
  ],
};
const theme: ThemeColours = {
  background: [31, 31, 31],
  foreground: [204, 204, 204],
  focus: [0, 120, 212],
  blue: [89, 164, 249],
  green: [137, 209, 133],
  yellow: [204, 167, 0],
  orange: [209, 134, 22],
  red: [241, 76, 76],
  purple: [177, 128, 215],
  highContrast: false,
};

describe('tables for other programs', () => {
  it('quotes as CSV does, and lets no text become a formula', () => {
    expect(csv(table)).toBe('flat,name\r\n-1.50s,"a.(*T[x,""y""]).F"\r\n3,\'=cmd()|a_b\r\n');
  });

  it('keeps what Markdown would read as marks', () => {
    expect(markdown(table)).toBe(
      '| flat | name |\n| ---: | --- |\n| -1.50s | a.(\\*T\\[x,"y"\\]).F |\n| 3 | =cmd()\\|a\\_b |\n',
    );
    expect(comment('CPU', ['30 s', ''], { ...table, rows: [] })).toBe(
      '**CPU**\n\n- 30 s\n\n| flat | name |\n| ---: | --- |\n',
    );
  });
});

describe('change', () => {
  it('has a shade by the part that came or went', () => {
    const steps = (
      [
        [0, 5],
        [5, 0],
        [100, 103],
        [100, 200],
        [200, 100],
        [0, 0],
        [100, 90],
      ] as const
    ).map(([before, after]) => changeStep(before, after) - CHANGE_STEPS);
    expect(steps).toEqual([4, -4, 0, 2, -2, 0, -1]);
  });

  it('colours a comparison by change until a person says otherwise, and nothing else', () => {
    expect([
      colourOf({ colour: '' }, true),
      colourOf({ colour: '' }, false),
      colourOf({ colour: 'own' }, true),
      colourOf({ colour: 'change' }, false),
    ]).toEqual(['change', 'layer', 'own', 'layer']);
  });
});

describe('the flame graph as SVG', () => {
  it('draws what is wide enough, with names that cannot be read as marks', () => {
    const tree = treeOf([[1, 0, [2, 99.99], [3, 0.01]]]);
    const frames = tree.frames.map((f) => (f.id === 2 ? { ...f, name: 'a.<script>&\u0001' } : f));
    const model = new Model({ ...tree, frames });
    const palette = new Palette(theme);
    const text = svg({
      model,
      range: { from: 0, to: 100 },
      paintOf: () => palette.grey,
      palette,
      background: '#000',
      title: 'CPU <x>',
      figures: (row) => `row ${row}`,
    });
    expect(text.match(/<rect x=/g)).toHaveLength(3);
    expect(text).toContain('<title>a.&lt;script&gt;&amp;\ufffd\nrow 2</title>');
    expect(text).toContain('CPU &lt;x&gt;');
    expect(text).toMatch(/width="1200" height="90"/);
  });
});
