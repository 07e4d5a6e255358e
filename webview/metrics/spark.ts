/** A sparkline: the large number of a station over the window, as one path. */
import type { Spark } from '../../src/protocol/metrics';

/** Size in the picture's own coordinates; it is stretched to its box. */
const WIDTH = 100;
const HEIGHT = 30;
/** More points than this can't be distinguished in a card. */
const MOST = 240;

/**
 * The path of a line from 0 to its highest value, newest at the right edge; gaps stay gaps, and a lone point is a short
 * stroke. '' when there is nothing to draw. Levels that never change are drawn at half the height, zero at the bottom.
 */
export function sparkPath({ times, values }: Spark): string {
  const n = Math.min(times.length, values.length);
  if (n === 0) return '';
  const first = times[0] ?? 0,
    last = times[n - 1] ?? 0;
  let high = -Infinity,
    low = Infinity;
  for (let i = 0; i < n; i++) {
    const v = values[i] ?? NaN;
    if (Number.isFinite(v)) {
      high = Math.max(high, v);
      low = Math.min(low, v);
    }
  }
  if (high === -Infinity) return '';
  const top = low === high ? high * 2 : high * 1.08;
  const floor = Math.min(0, low);
  const y = (v: number): string =>
    (top === floor ? HEIGHT - 1.5 : HEIGHT - 1.5 - ((v - floor) / (top - floor)) * (HEIGHT - 3)).toFixed(1);
  const x = (t: number): string => (last === first ? WIDTH : ((t - first) / (last - first)) * WIDTH).toFixed(1);
  const step = Math.max(1, Math.ceil(n / MOST));
  let path = '';
  let pen = false;
  for (let i = (n - 1) % step; i < n; i += step) {
    const v = values[i] ?? NaN;
    if (!Number.isFinite(v)) {
      pen = false;
      continue;
    }
    const lone = !pen && !Number.isFinite(values[i + step] ?? NaN);
    const at = x(times[i] ?? 0);
    path += lone ? `M${Math.max(0, Number(at) - 1).toFixed(1)},${y(v)}h1` : `${pen ? 'L' : 'M'}${at},${y(v)}`;
    pen = true;
  }
  return path;
}

const NS = 'http://www.w3.org/2000/svg';

export class Sparkline {
  readonly element: SVGSVGElement;
  readonly #path: SVGPathElement;
  constructor() {
    this.element = document.createElementNS(NS, 'svg');
    this.element.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute('preserveAspectRatio', 'none');
    this.element.setAttribute('aria-hidden', 'true');
    this.element.setAttribute('class', 'spark');
    this.#path = document.createElementNS(NS, 'path');
    this.#path.setAttribute('vector-effect', 'non-scaling-stroke');
    this.element.append(this.#path);
  }

  show(spark: Spark): void {
    const d = sparkPath(spark);
    if (this.#path.getAttribute('d') !== d) this.#path.setAttribute('d', d);
  }
}
