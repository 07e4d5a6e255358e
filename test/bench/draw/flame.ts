/** Run in the page by cases/draw.ts: draws a tree of 500,000 frames with the product's painter, and times it. */
import { Palette, paintOf, parseColour, type Rgb } from '../../../webview/flame/colours';
import { hitCounts } from '../../../webview/flame/lod';
import { Model } from '../../../webview/flame/model';
import { Painter, ROW } from '../../../webview/flame/painter';
import { treeOf500k } from './tree';

const colour = (text: string): Rgb => parseColour(text, [0, 0, 0])!;

function run(nodes: number): {
  readonly nodes: number;
  readonly modelMs: number;
  readonly hitsMs: number;
  readonly frames: Record<string, number>;
} {
  const tree = treeOf500k(nodes);
  let t = performance.now();
  const model = new Model(tree);
  const modelMs = performance.now() - t;
  t = performance.now();
  const hits = hitCounts(model, new Set([3, 30]));
  const hitsMs = performance.now() - t;
  const palette = new Palette({
    background: colour('#1f1f1f'),
    foreground: colour('#cccccc'),
    focus: colour('#0078d4'),
    blue: colour('#59a4f9'),
    green: colour('#89d185'),
    yellow: colour('#cca700'),
    orange: colour('#d18616'),
    red: colour('#f14c4c'),
    purple: colour('#b180d7'),
    highContrast: false,
  });
  const canvas = document.createElement('canvas');
  const painter = new Painter(canvas);
  const context = canvas.getContext('2d')!;
  const slots = new Map<string, number>();
  const paints = model.tree.frames.map((f) => paintOf(f, 'package', palette, slots));
  const whole = model.width(0);
  const least = (from: number, to: number, scrollTop: number): number => {
    const times: number[] = [];
    for (let i = 0; i < 40; i++) {
      const began = performance.now();
      painter.paint({
        model,
        range: { from: from + i * whole * 1e-6, to: to + i * whole * 1e-6 },
        width: 1400,
        height: 900,
        pixelRatio: 1,
        scrollTop,
        contentHeight: (model.maxDepth + 1) * ROW,
        flipped: false,
        font: '12px monospace',
        background: '#1f1f1f',
        palette,
        paintOf: (row) => paints[model.tree.fn[row]!] ?? palette.grey,
        hits,
        focused: 0,
        hovered: undefined,
        focusVisible: false,
      });
      // Reading a pixel waits until all is drawn.
      context.getImageData(0, 0, 1, 1);
      times.push(performance.now() - began);
    }
    // The least of them: what the work takes when nothing else wants the processor.
    return Math.min(...times);
  };
  return {
    nodes: model.rows,
    modelMs,
    hitsMs,
    frames: {
      'all in view': least(0, whole, 0),
      'a tenth in view': least(whole * 0.4, whole * 0.5, 0),
      'a thousandth in view': least(whole * 0.4, whole * 0.401, 0),
      'scrolled to the leaves': least(0, whole, Math.max(0, (model.maxDepth + 1) * ROW - 900)),
    },
  };
}

(window as unknown as { run: typeof run }).run = run;
