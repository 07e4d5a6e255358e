/** Drawn over and under the lines of a chart: annotations and thresholds. */
import type uPlot from 'uplot';
import type { Annotation, Unit } from '../../src/protocol/metrics';
import type { ChartTheme } from './theme';
import { shown } from './units';

/** Horizontal dashed lines, with their value at the right end. */
export function drawThresholds(u: uPlot, values: readonly number[], unit: Unit, theme: ChartTheme): void {
  if (values.length === 0) return;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.font = scaled(theme.font);
  ctx.strokeStyle = ctx.fillStyle = theme.dim;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4, 4].map((n) => n * devicePixelRatio));
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  for (const v of values) {
    const y = Math.round(u.valToPos(v, 'y', true)) + 0.5;
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(shown(v, unit), bbox.left + bbox.width - 2 * devicePixelRatio, y - 1);
  }
  ctx.restore();
}

/**
 * A thin vertical line with a shape at its top. The shape shows the kind, because the colours are taken by the series.
 */
export function drawMarks(u: uPlot, annotations: readonly Annotation[], theme: ChartTheme): void {
  if (annotations.length === 0) return;
  const { ctx, bbox } = u;
  const r = 4 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
  ctx.clip();
  ctx.strokeStyle = ctx.fillStyle = theme.foreground;
  ctx.lineWidth = devicePixelRatio;
  for (const a of annotations) {
    const x = Math.round(u.valToPos(a.time, 'x', true)) + 0.5;
    if (x < bbox.left - r || x > bbox.left + bbox.width + r) continue;
    ctx.globalAlpha = theme.highContrast ? 1 : 0.5;
    ctx.setLineDash([2, 3].map((n) => n * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.beginPath();
    shape(ctx, a.kind, x, bbox.top, r);
    ctx.fill();
  }
  ctx.restore();
}

/** A capture is a triangle, a restart a disc, a new leader a diamond, a setting a square. */
function shape(ctx: CanvasRenderingContext2D, kind: Annotation['kind'], x: number, y: number, r: number): void {
  switch (kind) {
    case 'capture':
      ctx.moveTo(x - r, y - r);
      ctx.lineTo(x + r, y - r);
      ctx.lineTo(x, y + r);
      break;
    case 'restart':
      ctx.arc(x, y, r * 0.9, 0, Math.PI * 2);
      break;
    case 'leader':
      ctx.moveTo(x, y - r);
      ctx.lineTo(x + r, y);
      ctx.lineTo(x, y + r);
      ctx.lineTo(x - r, y);
      break;
    case 'setting':
      ctx.rect(x - r * 0.8, y - r * 0.8, r * 1.6, r * 1.6);
      break;
  }
}

/** The font's size for a canvas in device pixels. */
function scaled(font: string): string {
  return font.replace(/^(\d+)px/, (_, n: string) => `${Number(n) * devicePixelRatio}px`);
}

/** A chart as a standalone picture: title, lines, and the names of the series below. Base64 of a PNG. */
export function pictureOf(
  canvas: HTMLCanvasElement,
  title: string,
  series: readonly {
    readonly name: string;
    readonly value: string;
    readonly colour: string;
    readonly dash: readonly number[];
  }[],
  theme: ChartTheme,
): string {
  const k = devicePixelRatio;
  const line = 16 * k,
    edge = 10 * k;
  const columnWidth = Math.floor((canvas.width - 2 * edge) / 2);
  const out = document.createElement('canvas');
  out.width = canvas.width + 2 * edge;
  out.height = canvas.height + line * 2 + Math.ceil(series.length / 2) * line + edge;
  const ctx = out.getContext('2d');
  if (!ctx) return '';
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, out.width, out.height);
  ctx.fillStyle = theme.foreground;
  ctx.font = scaled(theme.font.replace(/^\d+px/, 'bold 13px')).replace('bold 13px', `bold ${13 * k}px`);
  ctx.textBaseline = 'middle';
  ctx.fillText(title, edge, line);
  ctx.drawImage(canvas, edge, line * 2 - 4 * k);
  ctx.font = scaled(theme.font);
  series.forEach((s, i) => {
    const x = edge + (i % 2) * columnWidth,
      y = line * 2 + canvas.height + Math.floor(i / 2) * line + line / 2;
    ctx.strokeStyle = s.colour;
    ctx.lineWidth = 2 * k;
    ctx.setLineDash(s.dash.map((n) => n * k * 0.6));
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + 14 * k, y);
    ctx.stroke();
    ctx.fillText(`${s.name}  ${s.value}`, x + 20 * k, y, columnWidth - 26 * k);
  });
  return out.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
