/** The flame graph as a standalone SVG file: text stays text, and each frame has its figures in a tooltip. Pure. */
import type { Palette, Paint } from './colours';
import { fit, TextWidths, wordings } from './labels';
import type { Range } from './lod';
import type { Model } from './model';

/** Height of a row, and the width of the picture, px. */
const ROW = 18;
const WIDTH = 1200;
/** Width of a character of the monospaced font at 12 px; labels still fit for readers without that font. */
const CHARACTER = 7.3;
/** Frames narrower than this, px, are left out. */
const LEAST = 0.3;

export interface Svg {
  readonly model: Model;
  readonly range: Range;
  readonly paintOf: (row: number) => Paint;
  readonly palette: Palette;
  readonly background: string;
  /** Above the picture. */
  readonly title: string;
  /** What a frame took, for its tooltip. */
  readonly figures: (row: number) => string;
}

export function svg({ model, range, paintOf, background, title, figures }: Svg): string {
  const scale = WIDTH / (range.to - range.from);
  const widths = new TextWidths(() => CHARACTER);
  const body: string[] = [];
  let deepest = 0;
  for (let row = 0; row < model.rows; row++) {
    const left = Math.max(model.left(row), range.from);
    const right = Math.min(model.right(row), range.to);
    const width = (right - left) * scale;
    if (width < LEAST) continue;
    const depth = model.depth(row);
    if (depth > deepest) deepest = depth;
    const x = ((left - range.from) * scale).toFixed(2);
    const y = HEAD + depth * ROW;
    const paint = paintOf(row);
    const { name } = model.frame(row);
    const text = width < 22 ? '' : fit(wordings(name), width - 6, widths);
    const border = paint.border === undefined ? '' : ` stroke="${paint.border}"`;
    body.push(
      `<g><title>${escape(name.slice(0, 2000))}\n${escape(figures(row))}</title><rect x="${x}" y="${y}" ` +
        `width="${Math.max(0.3, width - 0.5).toFixed(2)}" height="${ROW - 1}" fill="${paint.fill}"${border}/>` +
        `${text === '' ? '' : `<text x="${(Number(x) + 3).toFixed(2)}" y="${y + 12.5}" fill="${paint.text}">${escape(text)}</text>`}</g>`,
    );
  }
  const height = HEAD + (deepest + 1) * ROW + 8;
  const [first] = body.length > 0 ? [paintOf(0)] : [];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ` +
    `${height}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="12">\n` +
    `<rect width="100%" height="100%" fill="${background}"/>\n<text x="3" y="17" ` +
    'font-family="system-ui,sans-serif" font-size="13" ' +
    `fill="${first?.text ?? '#888'}">${escape(title)}</text>\n${body.join('\n')}\n</svg>\n`
  );
}

/** Room for the title, px. */
const HEAD = 28;

function escape(text: string): string {
  return (
    text
      .replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)
      // XML doesn't allow these characters.
      .replace(/[\p{Cc}\ufffe\uffff]/gu, (c) => ('\t\n\r'.includes(c) ? c : '\ufffd'))
  );
}
